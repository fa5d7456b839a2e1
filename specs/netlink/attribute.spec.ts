import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align, decodeAttributes, listAttributes } from '../../lib/netlink/codec/attribute.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { bytes, numRuns } from '../unit/arbitraries.ts';
import { hex } from '../unit/hex.ts';

/** An attribute: its type, and its payload or the attributes nested in it. */
type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

// Types below NLA_TYPE_MASK, whose two upper bits are flags.
const type = fc.integer({ min: 0, max: 0x3fff });
const flat = fc.array(fc.tuple(type, bytes), { maxLength: 8 });
const { tree } = fc.letrec<{ tree: Attribute[]; node: Attribute }>((tie) => ({
  tree: fc.array(tie('node'), { maxLength: 4 }),
  node: fc.tuple(type, fc.oneof({ depthSize: 'small' }, bytes, tie('tree'))),
}));

function written(attributes: readonly Attribute[]): Buffer {
  const to = new Writer();
  const write = (all: readonly Attribute[]) => {
    for (const [number, value] of all) {
      const at = to.beginAttribute(number, Array.isArray(value));
      if (value instanceof Uint8Array) to.put(value);
      else write(value);
      to.endAttribute(at);
    }
  };
  write(attributes);
  return to.bytes;
}

/** Decodes as deep as the original goes: netlink does not say itself what is nested (the flag is only a courtesy). */
function decodeLike(encoded: Uint8Array, original: readonly Attribute[]): Attribute[] {
  return listAttributes(encoded).map(([number, payload], index) => {
    const value = original[index]?.[1];
    return [number, Array.isArray(value) ? decodeLike(payload, value) : payload];
  });
}

describe('Writer', () => {
  test('keeps what is empty', () => {
    expect(
      written([
        [2, Buffer.alloc(0)],
        [3, []],
      ]),
    ).toEqual(hex('0400 0200 0400 0380'));
  });

  test('is always a multiple of four bytes long', () => {
    fc.assert(
      fc.property(tree, (attributes) => {
        expect(written(attributes).length % 4).toBe(0);
      }),
    );
  });
});

describe('listAttributes', () => {
  test('reads back what was encoded, in order, at every depth', () => {
    fc.assert(
      fc.property(tree, (attributes) => {
        expect(decodeLike(written(attributes), attributes)).toEqual(attributes);
      }),
    );
  });

  test('keeps types that come twice', () => {
    expect(listAttributes(hex('0500 0400 01 000000 0500 0400 02 000000'))).toEqual([
      [4, hex('01')],
      [4, hex('02')],
    ]);
  });

  test('takes the flags off a type: nested, and in network byte order', () => {
    expect(listAttributes(hex('0400 0180 0400 0240')).map(([number]) => number)).toEqual([1, 2]);
  });

  test('reads a view into a larger buffer', () => {
    const whole = hex('ffffffff 0500 0400 07 000000 ffffffff');
    expect(listAttributes(new Uint8Array(whole.buffer, whole.byteOffset + 4, 8))).toEqual([[4, hex('07')]]);
  });

  test('forgives a last attribute that is not padded, and fewer bytes behind it than a header', () => {
    expect(listAttributes(hex('0500 0400 07'))).toEqual([[4, hex('07')]]);
    expect(listAttributes(hex('0400 0400 ffffff'))).toEqual([[4, Buffer.alloc(0)]]);
  });

  test('throws for an attribute longer than what is left', () => {
    expect(() => listAttributes(hex('0800 0400 dc050000 0900 0400 01020304'))).toThrow(
      new RangeError('netlink attribute of length 9 at byte 8 does not fit into 16 bytes'),
    );
  });

  test('throws for an attribute shorter than its header, rather than reading it for ever', () => {
    for (const length of [0, 3]) {
      expect(() => listAttributes(Buffer.of(length, 0, 4, 0))).toThrow(
        new RangeError(`netlink attribute of length ${length} at byte 0 does not fit into 4 bytes`),
      );
    }
  });

  test('throws nothing but RangeError, whatever it is given', () => {
    fc.assert(
      fc.property(bytes, (garbage) => {
        try {
          const read = listAttributes(garbage).reduce((sum, [, payload]) => sum + 4 + payload.length, 0);
          expect(read).toBeLessThanOrEqual(garbage.length);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          expect(error.message).toMatch(/^netlink attribute of length \d+ at byte \d+ does not fit into \d+ bytes$/);
        }
      }),
      numRuns(500),
    );
  });
});

describe('decodeAttributes', () => {
  test("keeps the last of a type, as the kernel's nla_parse", () => {
    expect(decodeAttributes(hex('0500 0400 01 000000 0500 0400 02 000000'))).toEqual(new Map([[4, hex('02')]]));
  });

  test('finds what was encoded', () => {
    fc.assert(
      fc.property(flat, (attributes) => {
        expect(decodeAttributes(written(attributes))).toEqual(new Map(attributes));
      }),
    );
  });
});

test('align is the next multiple of four (NLA_ALIGN)', () => {
  expect([0, 1, 3, 4, 5, 8, 17].map(align)).toEqual([0, 4, 4, 4, 8, 8, 20]);
});

test('the length of one attribute may have wrapped round, and only of the one that is named', () => {
  const inside = Buffer.alloc(70_000, 'x');
  const header = Buffer.alloc(4);
  header.writeUInt16LE((4 + inside.length) & 0xffff, 0);
  header.writeUInt16LE(5, 2);
  const encoded = Buffer.concat([written([[1, hex('01')]]), header, inside, written([[7, hex('e803')]])]);
  const decoded = decodeAttributes(encoded, 5);
  expect([...decoded.keys()]).toEqual([1, 5, 7]);
  expect(decoded.get(5)?.equals(inside)).toBe(true);
  expect(decoded.get(7)).toEqual(hex('e803'));
  expect(decodeAttributes(written([[5, hex('01')]]), 5).get(5)).toEqual(hex('01'));
});
