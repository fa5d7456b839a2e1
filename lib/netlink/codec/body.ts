import { align } from './attribute.ts';
import type { ReadOf, WriteOf } from './object-of.ts';
import type { Struct } from './struct.ts';
import type { Rows, Table } from './table.ts';
import type { Type } from './type.ts';

/** A struct with attributes behind it, as one object: the body of a message, or what some attributes have inside. */
export function body<R, W, F extends Rows>(
  header: Struct<R, W>,
  attributes: Table<F>,
): Type<R & ReadOf<F>, W & WriteOf<F>> {
  const start = align(header.size);
  return {
    isNested: true,
    parts: [header as Type<unknown, never>, attributes as Type<unknown, never>],
    write: (to, object) => {
      header.write(to, object);
      attributes.write(to, object);
    },
    read: (bytes) => ({ ...header.read(bytes), ...attributes.read(bytes.subarray(start)) }),
    words: (object, names) => [...header.words(object, names), ...attributes.words(object, names)],
    pathAt: (bytes, offset) =>
      offset < start ? [header.struct.name] : attributes.pathAt(bytes.subarray(start), offset - start),
  };
}

/** The body of a request whose answer has another. */
export function answeredBy<R, W>(request: Type<unknown, W>, answer: Type<R, unknown>): Type<R, W> {
  return { ...request, read: answer.read, parts: [request as Type<unknown, never>, answer as Type<unknown, never>] };
}
