import { type Fixed, fixed } from './type.ts';
import { yesOrNo } from './value-rule.ts';

/** One bit of a number. */
export interface Bit {
  kernel: string;
  mask: number;
  /** The words of `ip` where the property is true, and where it is false. */
  on: string | undefined;
  off: string | undefined;
  inverted: boolean;
}

/** A bit by the kernel's name; `on` and `off` are its words. */
export function bit(kernel: string, mask: number, on?: string, off?: string): Bit {
  return { kernel, mask, on, off, inverted: false };
}

/** A bit that takes away what its property says, such as `IFF_NOARP`. */
export function invertedBit(kernel: string, mask: number, on?: string, off?: string): Bit {
  return { kernel, mask, on, off, inverted: true };
}

type Set<K extends string> = Record<K, boolean>;
type Change<K extends string> = { [Name in K]?: boolean | undefined };
type Bits<K extends string> = Fixed<Set<K>, Change<K>> & { readonly keys: readonly string[] };

/** A number whose bits have names. A property that is left out is false; bits without a name are in {@link Type.unnamed} alone. */
export function bits<K extends string>(of: Fixed<number>, named: Readonly<Record<K, Bit>>): Bits<K> {
  const all = Object.entries<Bit>(named) as [K, Bit][];
  const type = fixed<Set<K>, Change<K>>(
    of.size,
    (bytes, at) => {
      const value = of.readAt(bytes, at);
      const set = {} as Set<K>;
      for (const [name, { mask, inverted }] of all) set[name] = ((value & mask) !== 0) !== inverted;
      return set;
    },
    (bytes, at, set) =>
      of.writeAt(
        bytes,
        at,
        sum(all, (name, { inverted }) => (set[name] ?? inverted) !== inverted),
      ),
    {
      words: (set) =>
        all.flatMap(
          ([name, { on, off }]) => (set[name] === undefined ? undefined : set[name] ? on : off)?.split(' ') ?? [],
        ),
      ...yesOrNo,
      constants: all.map(([, { kernel, mask }]) => [kernel, mask]),
      unnamed: (bytes) => (of.readAt(bytes, 0) & ~all.reduce((sum, [, { mask }]) => sum | mask, 0)) >>> 0,
    },
  );
  return { ...type, keys: Object.keys(named) };
}

/** Bits, and behind them as many bits that say which are meant: what is left out stays as it is. */
export function maskedBits<K extends string>(of: Fixed<number>, named: Readonly<Record<K, Bit>>): Bits<K> {
  const all = Object.entries<Bit>(named) as [K, Bit][];
  const values = bits(of, named);
  const { words, constants = [], keys, unnamed } = values;
  const type = fixed<Set<K>, Change<K>>(
    2 * of.size,
    values.readAt,
    (bytes, at, change) => {
      values.writeAt(bytes, at, change);
      of.writeAt(
        bytes,
        at + of.size,
        sum(all, (name) => change[name] !== undefined),
      );
    },
    { ...yesOrNo, words, constants, ...(unnamed ? { unnamed } : {}) },
  );
  return { ...type, keys };
}

function sum<K extends string>(all: readonly [K, Bit][], isIn: (name: K, bit: Bit) => boolean): number {
  let total = 0;
  for (const [name, bit] of all) if (isIn(name, bit)) total |= bit.mask;
  return total >>> 0;
}
