import type { Entry, ReadOf, WriteOf } from './object-of.ts';
import { type Fixed, type Flat, fixed } from './type.ts';

/** A C struct: its fields one behind the other. C's padding must be declared, by `pad`. */
export interface Struct<R, W> extends Fixed<R, W> {
  readonly keys: readonly string[];
  /** For the spec that compares it with the kernel's headers. */
  readonly struct: { name: string; fields: readonly { size: number; at: number }[] };
}

type Fields = Readonly<Record<string, Fixed<unknown, never>>>;
type Entries<F extends Fields> = {
  [K in keyof F]: F[K] extends Fixed<infer R, infer W> ? Entry<R, W, F[K] extends Flat ? true : false> : never;
};

/**
 * Makes a struct from its fields.
 *
 * @param name the kernel's: `ifinfomsg`
 * @param fields in order. What an object does not have is written as zeroes
 */
export function struct<F extends Fields>(name: string, fields: F): Struct<ReadOf<Entries<F>>, WriteOf<Entries<F>>> {
  let size = 0;
  const all = Object.entries(fields).map(([key, of]) => {
    const at = size;
    size += of.size;
    return { key, of: of as Fixed<unknown, unknown>, at };
  });
  const type = fixed<Record<string, unknown>>(
    size,
    (bytes, start) => {
      const object: Record<string, unknown> = {};
      for (const { key, of, at } of all) {
        const value = of.readAt(bytes, start + at);
        if (of.flat) Object.assign(object, value);
        else if (value !== undefined) object[key] = value;
      }
      return object;
    },
    (bytes, start, object) => {
      for (const { key, of, at } of all) {
        const value = of.flat ? object : object[key];
        if (value !== undefined) of.writeAt(bytes, start + at, value);
      }
    },
    {
      grows: true,
      parts: all.map(({ of }) => of),
      words: (object, names) => all.flatMap(({ of }) => (of.flat ? of.words(object, names) : [])),
    },
  );
  return {
    ...type,
    keys: all.flatMap(({ key, of }) => of.flat ?? key),
    struct: { name, fields: all.map(({ of, at }) => ({ size: of.size, at })) },
  } as unknown as Struct<ReadOf<Entries<F>>, WriteOf<Entries<F>>>;
}
