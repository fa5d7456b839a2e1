import { listAttributes } from './attribute.ts';
import type { Type } from './type.ts';

/** Attributes of one kind nested in one, as a list. The kernel does not look at the `number` of most such lists' elements. */
export function list<R, W>(number: number, of: Type<R, W>): Type<R[], readonly W[]> {
  return {
    isNested: true,
    parts: [of as Type<unknown, never>],
    write: (to, values) => {
      for (const value of values) to.attribute(number, of.isNested ?? false, () => of.write(to, value));
    },
    read: (bytes) => listAttributes(bytes).map(([, payload]) => of.read(payload)),
    words: (values, names) => values.flatMap((value) => of.words(value, names)),
  };
}
