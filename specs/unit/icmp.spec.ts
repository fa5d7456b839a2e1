import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../lib/wire/checksum.ts';
import { decodeEcho, decodeEchoReply, encodeEchoRequest } from '../../lib/wire/icmp.ts';
import { bytes, damaged } from './arbitraries.ts';
import { hex } from './hex.ts';

// `tcpdump -xx` of ping's request and Linux's answer, IPv4 and IPv6.
const REQUEST4 = hex('0800 cefc 1cf2 0001 0001020304050607');
const REPLY4 = hex('0000 d6fc 1cf2 0001 0001020304050607');
const REQUEST6 = hex('8000 c1dd 1cf3 0001 0001020304050607');
const REPLY6 = hex('8100 c0dd 1cf3 0001 0001020304050607');
const payload = hex('0001020304050607');

describe('encodeEchoRequest', () => {
  test("is ping's request, checksum included", () => {
    expect(encodeEchoRequest(4, { identifier: 0x1cf2, sequence: 1, payload })).toEqual(REQUEST4);
  });

  test("leaves ICMPv6's checksum to the kernel", () => {
    const withoutChecksum = Buffer.from(REQUEST6).fill(0, 2, 4);
    expect(encodeEchoRequest(6, { identifier: 0x1cf3, sequence: 1, payload })).toEqual(withoutChecksum);
  });

  test('has a checksum that comes out, whatever is in it', () => {
    const number = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.record({ identifier: number, sequence: number, payload: bytes }), (echo) => {
        const message = encodeEchoRequest(4, echo);
        expect(checksum(message)).toBe(0);
        expect(decodeEcho(message)).toEqual(echo);
      }),
    );
  });
});

describe('decodeEchoReply', () => {
  test("reads Linux's answers", () => {
    expect(decodeEchoReply(4, REPLY4)).toEqual({ identifier: 0x1cf2, sequence: 1, payload });
    expect(decodeEchoReply(6, REPLY6)).toEqual({ identifier: 0x1cf3, sequence: 1, payload });
  });

  test('is undefined for the request, which a raw socket on loopback hears too', () => {
    expect(decodeEchoReply(4, REQUEST4)).toBeUndefined();
    expect(decodeEchoReply(6, REQUEST6)).toBeUndefined();
  });

  test("is undefined for the other family's reply", () => {
    expect(decodeEchoReply(6, REPLY4)).toBeUndefined();
    expect(decodeEchoReply(4, REPLY6)).toBeUndefined();
  });

  test('is undefined for every cut of the header, and never throws', () => {
    for (let length = 0; length < 8; length++) expect(decodeEchoReply(4, REPLY4.subarray(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.constantFrom(4 as const, 6 as const), fc.oneof(bytes, damaged(REPLY6)), (family, garbage) => {
        const isReply = garbage.length >= 8 && garbage[0] === (family === 4 ? 0 : 129);
        expect(decodeEchoReply(family, garbage) !== undefined).toBe(isReply);
      }),
    );
  });
});
