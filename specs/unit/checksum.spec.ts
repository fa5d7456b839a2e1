import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../lib/wire/checksum.ts';
import { bytes } from './arbitraries.ts';
import { hex } from './hex.ts';

describe('checksum', () => {
  test("is the complement of the sum in RFC 1071's example (section 3: ddf2)", () => {
    expect(checksum(hex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff);
  });

  test('folds every carry back in', () => {
    // 1ffff folds to 10000, which has a carry of its own.
    expect(checksum(hex('ffff ffff 0001'))).toBe(0xfffe);
    expect(checksum(hex('ffff 0001'))).toBe(0xfffe);
  });

  test('pads an odd last byte with zero, on the right', () => {
    expect(checksum(hex('0102 03'))).toBe(checksum(hex('0102 0300')));
    expect(checksum(hex('0102 03'))).toBe(0xfbfd);
  });

  test('of nothing is all ones', () => {
    expect(checksum()).toBe(0xffff);
    expect(checksum(Buffer.alloc(0))).toBe(0xffff);
  });

  test('of a packet that carries its checksum is zero, in which receivers trust', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const even = data.subarray(0, data.length & ~1);
        const sum = Buffer.alloc(2);
        sum.writeUInt16BE(checksum(even));
        expect(checksum(even, sum)).toBe(0);
      }),
    );
  });

  test('does not depend on how the bytes are split', () => {
    fc.assert(
      fc.property(bytes, fc.nat({ max: 60 }), (data, words) => {
        const at = Math.min(words * 2, data.length & ~1);
        expect(checksum(data.subarray(0, at), data.subarray(at))).toBe(checksum(data));
      }),
    );
  });
});
