import { ATTRIBUTE_HEADER, eachAttribute } from './attribute.ts';
import type { Entry, ReadOf, WriteOf } from './object-of.ts';
import type { Flat, Type } from './type.ts';
import type { Writer } from './writer.ts';

/** One row of a table: an attribute by the kernel's name and number, and how its value travels. */
export interface Row<R, W, IsFlat extends boolean = false> extends Entry<R, W, IsFlat> {
  readonly kernel: string;
  readonly number: number;
  readonly of: Type<unknown, unknown>;
  readonly options: RowOptions<unknown>;
  /** The attributes that it travels in, each for some of its values: see `versionsOf`. */
  readonly versions?: readonly Version[];
  /** Each of these attributes has a part of the value, and all are written. It puts two parts together. */
  readonly join?: (one: unknown, other: unknown) => unknown;
}

/** One of the attributes that a property may travel in. Its type says which values it takes. */
export interface Version {
  readonly kernel: string;
  readonly number: number;
  readonly of: Type<unknown, unknown>;
}

/** The attributes that a row travels in; of most rows one. */
export function versionsOf(row: Version & { readonly versions?: readonly Version[] }): readonly Version[] {
  return row.versions ?? [row];
}

export interface RowOptions<R> {
  /** The keyword of `ip`; without it the property's name with `_`; '' for none, `false` where `ip` does not say it. */
  word?: string | false;
  /** What is read where the kernel leaves it out. @default undefined */
  ifAbsent?: R;
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
  options: RowOptions<NoInfer<R>> & { ifAbsent: NoInfer<R> },
): Row<R, W>;
export function attribute<R, W>(
  kernel: string,
  number: number,
  of: Type<R, W> & Flat,
  options?: RowOptions<NoInfer<R>>,
): Row<R, W, true>;
export function attribute<R, W>(
  kernel: string,
  number: number,
  of: Type<R, W>,
  options?: RowOptions<NoInfer<R>>,
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

/** A row for the numbers of the attributes that no other row knows. They are read only. */
export function others(): Row<number[], readonly number[]> & { readonly isRest: true } {
  const of: Type<unknown> = { write: () => {}, read: () => [], words: () => [] };
  return { kernel: '', number: -1, of, options: { word: false }, isRest: true };
}

export type Rows = Readonly<
  Record<string, Row<unknown, unknown, boolean> & { readonly isMany?: true; readonly isRest?: true }>
>;

/** Attributes one behind the other, as one object. */
export interface Table<F extends Rows> extends Type<ReadOf<F>, WriteOf<F>> {
  readonly rows: F;
  readonly keys: readonly string[];
  pathAt(bytes: Buffer, offset: number): readonly string[];
}

/**
 * Makes a table of rows. When it is read, an attribute that it does not know is passed over, and one that comes twice keeps
 * its last value, as in the kernel's `nla_parse`. A property that is undefined is not written.
 *
 * @example const link = table({ name: attribute('IFLA_IFNAME', 3, string), mtu: attribute('IFLA_MTU', 4, u32) })
 */
export function table<F extends Rows>(rows: F): Table<F> {
  const all: KeyedRow[] = Object.entries(rows).map(([key, row]) => ({ key, ...row }));
  // Copied once more: V8 keeps what Object.assign has filled as a dictionary, and each copy of that takes long.
  const absent: Readonly<Record<string, unknown>> = { ...Object.assign({}, ...all.map(absentOf)) };
  const long = all.find(({ options }) => options.isLong)?.number;
  const byNumber = Map.groupBy(
    all.flatMap((row) => versionsOf(row).map(({ kernel, number, of }) => ({ ...row, kernel, number, of }))),
    ({ number }) => number,
  );
  const lists = all.filter(({ isMany, isRest }) => isMany || isRest);
  const rest = all.find(({ isRest }) => isRest)?.key;
  return {
    rows,
    keys: all.flatMap(({ key, of }) => of.flat ?? key),
    isNested: true,
    parts: all.flatMap((row) => versionsOf(row).map(({ of }) => of)),
    write: (to, object) => {
      for (const row of all) {
        const value = valueIn(row, object);
        if (value === undefined) continue;
        if (row.isMany) for (const each of value as unknown[]) writeRow(to, row, each);
        else writeRow(to, row, value);
      }
    },
    read: (bytes) => {
      const object: Record<string, unknown> = { ...absent };
      for (const { key } of lists) object[key] = [];
      eachAttribute(bytes, long, (number, start, end) => {
        const rows = byNumber.get(number);
        if (!rows && rest) (object[rest] as number[]).push(number);
        for (const row of rows ?? []) {
          const value = readRow(row, bytes.subarray(start, end));
          if (row.of.takes?.(value) === false) continue;
          if (row.of.flat) Object.assign(object, value);
          else if (row.isMany) (object[row.key] as unknown[]).push(value);
          else if (row.join && object[row.key] !== undefined) object[row.key] = row.join(object[row.key], value);
          else object[row.key] = value;
        }
      });
      return object as ReadOf<F>;
    },
    words: (object, names) =>
      all
        .filter(({ options }) => options.word !== false)
        .flatMap((row) => {
          const value = valueIn(row, object);
          const values = value === undefined ? [] : row.isMany ? (value as unknown[]) : [value];
          return values.flatMap((each) => [...keywordOf(row), ...row.of.words(each, names)]);
        }),
    pathAt: (bytes, offset) => {
      let path: readonly string[] = [];
      eachAttribute(bytes, long, (number, start, end) => {
        if (offset < start - ATTRIBUTE_HEADER || offset >= end) return;
        const row = byNumber.get(number)?.[0];
        const inner = offset < start ? [] : row?.of.pathAt?.(bytes.subarray(start, end), offset - start);
        path = [row?.kernel ?? `attribute ${number}`, ...(inner ?? [])];
      });
      return path;
    },
  };
}

type KeyedRow = Rows[string] & { readonly key: string };

/** What a row has to say of an object; a flat one says the whole object, where that has anything for it. */
function valueIn({ key, of, isRest }: KeyedRow, values: object): unknown {
  const object = values as Record<string, unknown>;
  if (isRest) return undefined;
  if (of.flat) return of.flat.some((each) => object[each] !== undefined) ? object : undefined;
  const value = object[key];
  return of.isFlag && value === false ? undefined : value;
}

function writeRow(to: Writer, row: KeyedRow, value: unknown): void {
  const versions = versionsOf(row);
  const chosen = row.join ? versions : [versions.find((each) => each.of.takes?.(value) ?? true) ?? row];
  for (const { number, of } of chosen) {
    const at = to.beginAttribute(number, of.isNested ?? false);
    of.write(to, value);
    to.endAttribute(at);
  }
}

function absentOf({ key, of, options }: KeyedRow): Record<string, unknown> {
  if (of.flat) return of.read(Buffer.alloc('size' in of ? Number(of.size) : 0)) as Record<string, unknown>;
  return { [key]: options.ifAbsent };
}

function readRow({ kernel, of }: Rows[string], payload: Buffer): unknown {
  try {
    return of.read(payload);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`${kernel}: ${error.message}`) : error;
  }
}

function keywordOf({ key, of, options: { word } }: KeyedRow): string[] {
  const keyword = word || word === '' || of.flat ? word : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return keyword ? keyword.split(' ') : [];
}
