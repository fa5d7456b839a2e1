import type { Names } from '../names.ts';
import type { ValueRule } from './value-rule.ts';
import type { Writer } from './writer.ts';

/** How a value travels, and how iproute2 says it. `W` is what is written, where that is looser than what is read. */
export interface Type<R, W = R> extends Partial<ValueRule> {
  write(to: Writer, value: W): void;
  /** @throws RangeError for bytes that are no such value */
  read(bytes: Buffer): R;
  /** The words that stand for it, behind its keyword. */
  words(value: W, names: Names): readonly string[];
  /** Checks a value that a spec chose, where an error says more than the rule. @throws UsageError that names the call and the option */
  check?(call: string, option: string, value: unknown): void;
  /** Which values it is for, where a property travels in one of several attributes, or an attribute is one of several. */
  takes?(value: R | W): boolean;
  /** It is attributes in an attribute (`NLA_F_NESTED`). */
  readonly isNested?: boolean;
  /** It has no payload: true is written, and false left out. */
  readonly isFlag?: boolean;
  /** A value is a device, by its ifindex: see {@link linkedDevice}. */
  readonly isDevice?: boolean;
  /** The properties that an object of it has in the object around it: see {@link flat}. */
  readonly flat?: readonly string[];
  /** Of bits with names: those that are set and have none. */
  unnamed?(bytes: Buffer): number;
  /** What it is made of by the kernel's names, for the spec that compares numbers with the kernel's headers. */
  readonly constants?: readonly Constant[];
  /** Types in it, for the same. */
  readonly parts?: readonly Type<unknown, never>[];
  /** The kernel's names of the attributes that a byte is in, outermost first. */
  pathAt?(bytes: Buffer, offset: number): readonly string[];
}

/** A number by the kernel's name. */
type Constant = readonly [name: string, value: number];

/** A type of one length, as the fields of a struct are. */
export interface Fixed<R, W = R> extends Type<R, W> {
  readonly size: number;
  readAt(bytes: Buffer, at: number): R;
  writeAt(bytes: Buffer, at: number, value: W): void;
}

/** What a type of one length may have of its own. */
interface FixedExtras<R, W> extends Partial<Omit<Type<R, W>, 'write' | 'read'>> {
  /** Later kernels add fields at its end, as they do with structs. */
  grows?: boolean;
}

/** Makes a type of one length. */
export function fixed<R, W = R>(
  size: number,
  readAt: (bytes: Buffer, at: number) => R,
  writeAt: (bytes: Buffer, at: number, value: W) => void,
  { grows = false, ...extras }: FixedExtras<R, W> = {},
): Fixed<R, W> {
  return {
    size,
    readAt,
    writeAt,
    write: (to, value) => {
      const at = to.reserve(size);
      writeAt(to.buffer, at, value);
    },
    read: (bytes) => {
      if (bytes.length < size || (bytes.length > size && !grows)) {
        throw new RangeError(`${bytes.length} bytes where there should be ${size}`);
      }
      return readAt(bytes, 0);
    },
    words: (value) => [String(value)],
    ...extras,
  };
}

/** A type whose value `nothing` is read as none: the kernel always says the attribute. */
export function absent<R, W>(nothing: R, of: Type<R, W>): Type<R | undefined, W> {
  return {
    ...(of as Type<R | undefined, W>),
    read: (bytes) => {
      const value = of.read(bytes);
      return value === nothing ? undefined : value;
    },
  };
}

/** Has an object's properties stand in the object around it: `up` beside `mtu`, not `flags.up`. */
export function flat<T extends Type<object, never> & { readonly keys: readonly string[] }>(type: T): T & Flat {
  return { ...type, flat: type.keys };
}

/** Marks a {@link flat} type. */
export interface Flat {
  readonly flat: readonly string[];
}
