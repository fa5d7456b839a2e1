import { listAttributes } from './attribute.ts';
import type { Names } from './names.ts';
import type { Entry, ReadOf, WriteOf } from './object-of.ts';
import type { Flat, Type } from './type.ts';
import type { Writer } from './writer.ts';

/** One row of a table: an attribute by the kernel's name and number, and how its value travels. */
export interface Row<R, W, IsFlat extends boolean = false> extends Entry<R, W, IsFlat> {
  readonly kernel: string;
  readonly number: number;
  readonly of: Type<unknown, unknown>;
  readonly options: RowOptions<unknown>;
}

interface RowOptions<R> {
  /** The keyword of `ip`; without it the property's name with `_`; '' for none, `false` where `ip` does not say it. */
  word?: string | false;
  /** What is read where the kernel leaves it out. @default undefined */
  absent?: R;
  /**
   * It may be longer than its 16 bits can say: `nla_nest_end` lets them wrap round, as in the list of a source macvlan. It
   * is then as long as it can be, which is right as long as what is behind it is short.
   */
  isLong?: boolean;
}

/** A row for a value of its own property. */
export function attribute<R, W>(
  kernel: string,
  number: number,
  of: Type<R, W>,
  options: RowOptions<R> & { absent: R },
): Row<R, W>;
export function attribute<R, W>(
  kernel: string,
  number: number,
  of: Type<R, W> & Flat,
  options?: RowOptions<R>,
): Row<R, W, true>;
export function attribute<R, W>(
  kernel: string,
  number: number,
  of: Type<R, W>,
  options?: RowOptions<R>,
): Row<R | undefined, W>;
export function attribute(
  kernel: string,
  number: number,
  of: Type<unknown>,
  options: RowOptions<unknown> = {},
): Row<unknown, unknown, boolean> {
  return { kernel, number, of, options };
}

/** A row for an attribute that may come several times. */
export function attributes<R, W>(
  kernel: string,
  number: number,
  of: Type<R, W>,
  options: Pick<RowOptions<R>, 'word'> = {},
): Row<R[], readonly W[]> & { readonly isMany: true } {
  return { kernel, number, of: of as Type<unknown, unknown>, options, isMany: true };
}

export type Rows = Readonly<Record<string, Row<unknown, unknown, boolean> & { readonly isMany?: true }>>;

/**
 * Attributes one behind the other, as one object. An attribute that it does not know is passed over when it is read; one
 * that comes twice keeps its last value, as in the kernel's `nla_parse`. A property that is undefined is not written.
 *
 * @example new Table({ name: attribute('IFLA_IFNAME', 3, string), mtu: attribute('IFLA_MTU', 4, u32) })
 */
export class Table<F extends Rows> implements Type<ReadOf<F>, WriteOf<F>> {
  readonly rows: F;
  readonly keys: readonly string[];
  readonly parts: readonly Type<unknown, never>[];
  readonly isNested = true;
  readonly #all: readonly (Rows[string] & { key: string })[];
  readonly #absent: Readonly<Record<string, unknown>>;

  constructor(rows: F) {
    this.rows = rows;
    this.#all = Object.entries(rows).map(([key, row]) => ({ key, ...row }));
    this.keys = this.#all.flatMap(({ key, of }) => of.flat ?? key);
    this.parts = this.#all.map(({ of }) => of);
    this.#absent = Object.assign({}, ...this.#all.map(absentOf));
  }

  write(to: Writer, object: WriteOf<F>): void {
    const values = object as Record<string, unknown>;
    for (const row of this.#all) {
      for (const value of valuesOf(row, values)) {
        to.attribute(row.number, row.of.isNested ?? false, () => row.of.write(to, value));
      }
    }
  }

  read(bytes: Buffer): ReadOf<F> {
    const object: Record<string, unknown> = { ...this.#absent };
    const long = this.#all.find(({ options }) => options.isLong)?.number;
    for (const [number, payload] of listAttributes(bytes, long)) {
      const row = this.#all.find((each) => each.number === number);
      if (!row) continue;
      const value = readRow(row, payload);
      if (row.of.flat) Object.assign(object, value);
      else object[row.key] = row.isMany ? [...(object[row.key] as unknown[]), value] : value;
    }
    return object as ReadOf<F>;
  }

  words(object: WriteOf<F>, names: Names): string[] {
    const values = object as Record<string, unknown>;
    return this.#all.flatMap((row) =>
      row.options.word === false
        ? []
        : valuesOf(row, values).flatMap((value) => [...keywordOf(row), ...row.of.words(value, names)]),
    );
  }

  pathAt(bytes: Buffer, offset: number): string[] {
    for (const [number, payload] of listAttributes(bytes)) {
      const inside = offset - (payload.byteOffset - bytes.byteOffset);
      if (inside >= payload.length) continue;
      const row = this.#all.find((each) => each.number === number);
      const inner = inside < 0 ? [] : (row?.of.pathAt?.(payload, inside) ?? []);
      return [row?.kernel ?? `attribute ${number}`, ...inner];
    }
    return [];
  }
}

/** The values that a row has in an object; a flat one is the whole object, where that has anything for it. */
function valuesOf({ key, of, isMany }: Rows[string] & { key: string }, object: Record<string, unknown>): unknown[] {
  if (of.flat) return of.flat.some((each) => object[each] !== undefined) ? [object] : [];
  const value = object[key];
  if (isMany) return (value ?? []) as unknown[];
  return value === undefined || (of.isFlag && value === false) ? [] : [value];
}

function absentOf({ key, of, options, isMany }: Rows[string] & { key: string }): Record<string, unknown> {
  if (of.flat) return of.read(Buffer.alloc('size' in of ? Number(of.size) : 0)) as Record<string, unknown>;
  return { [key]: isMany ? [] : options.absent };
}

function readRow({ kernel, of }: Rows[string], payload: Buffer): unknown {
  try {
    return of.read(payload);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${kernel}: ${error.message}`) : error;
  }
}

function keywordOf({ key, of, options: { word } }: Rows[string] & { key: string }): string[] {
  const keyword = word || word === '' || of.flat ? word : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return keyword ? keyword.split(' ') : [];
}
