import { align, listAttributes } from './attribute.ts';
import type { ReadOf, WriteOf } from './object-of.ts';
import type { Struct } from './struct.ts';
import type { Rows, Table } from './table.ts';
import type { Fixed, Type } from './type.ts';

/** Attributes of one kind nested in one, as a list. The kernel looks at the number of the elements of some such lists only. */
export function list<R, W>(number: number, of: Type<R, W>): Type<R[], readonly W[]> {
  return listBy(() => number, of);
}

/** The same where the number says the order, from 1 on. */
export function numbered<R, W>(of: Type<R, W>): Type<R[], readonly W[]> {
  return listBy((at) => at + 1, of);
}

function listBy<R, W>(numberAt: (at: number) => number, of: Type<R, W>): Type<R[], readonly W[]> {
  return {
    isNested: true,
    ...(of.schema && { schema: { type: 'array', items: of.schema } }),
    parts: [of as Type<unknown, never>],
    write: (to, values) => {
      for (const [index, value] of values.entries()) {
        const at = to.beginAttribute(numberAt(index), of.isNested ?? false);
        of.write(to, value);
        to.endAttribute(at);
      }
    },
    read: (bytes) => listAttributes(bytes).map(([, payload]) => of.read(payload)),
    words: (values, names) => values.flatMap((value) => of.words(value, names)),
  };
}

/** Structs one behind the other, as `struct rtnexthop`: each begins with a length of 16 bits, and has attributes behind it. */
export function rows<R, W, F extends Rows>(
  header: Struct<R, W>,
  attributes: Table<F>,
): Type<(R & ReadOf<F>)[], readonly (W & WriteOf<F>)[]> {
  return {
    parts: [header as Type<unknown, never>, attributes as Type<unknown, never>],
    write: (to, values) => {
      for (const value of values) {
        const start = to.length;
        header.write(to, value);
        attributes.write(to, value);
        to.buffer.writeUInt16LE(to.length - start, start);
      }
    },
    read: (bytes) => {
      const values: (R & ReadOf<F>)[] = [];
      eachRow(bytes, header, (row) => {
        values.push({ ...header.read(row), ...attributes.read(row.subarray(align(header.size))) });
      });
      return values;
    },
    words: (values, names) =>
      values.flatMap((value) => [...header.words(value, names), ...attributes.words(value, names)]),
  };
}

/** Visits such structs, each with its attributes. @throws RangeError for a length that cannot be */
export function eachRow(bytes: Buffer, header: Struct<unknown, never>, visit: (row: Buffer) => void): void {
  for (let at = 0; at + header.size <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < header.size || at + length > bytes.length) {
      throw new RangeError(`${header.struct.name} of length ${length} does not fit into ${bytes.length - at} bytes`);
    }
    visit(bytes.subarray(at, at + length));
    at += align(length);
  }
}

/** Structs of one length one behind the other, as `struct nexthop_grp`. */
export function array<R, W>(of: Fixed<R, W>): Type<R[], readonly W[]> {
  return {
    parts: [of as Type<unknown, never>],
    write: (to, values) => {
      const at = to.reserve(of.size * values.length);
      for (const [index, value] of values.entries()) of.writeAt(to.buffer, at + index * of.size, value);
    },
    read: (bytes) => {
      if (bytes.length % of.size !== 0) throw new RangeError(`${bytes.length} bytes are no whole number of ${of.size}`);
      return Array.from({ length: bytes.length / of.size }, (_, index) => of.readAt(bytes, index * of.size));
    },
    words: (values, names) => values.flatMap((value) => of.words(value, names)),
  };
}
