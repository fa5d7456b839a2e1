import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../lib/wire/checksum.ts';
import { decodeIpv6, encodeIpv6, type Ipv6Packet, pseudoHeader } from '../../lib/wire/ipv6.ts';
import { bytes, damaged, ipv6 } from './arbitraries.ts';
import { hex } from './hex.ts';

// `tcpdump -xx` of Linux's own echo request (flow label 44822) and neighbour advertisement.
const ADDRESSES = 'fd000000000000000000000000000001 fd0000000000000000000000abcdef02';
const ECHO = '8000 c1dd 1cf3 0001 0001020304050607';
const CAPTURED = hex(`6004 4822 0010 3a40 ${ADDRESSES} ${ECHO}`);
const packet: Ipv6Packet = {
  source: 'fd00::1',
  destination: 'fd00::abcd:ef02',
  nextHeader: 58,
  hopLimit: 64,
  payload: hex(ECHO),
};

test('a packet has the header that Linux sends, save its flow label', () => {
  expect(encodeIpv6(packet)).toEqual(hex(`6000 0000 0010 3a40 ${ADDRESSES} ${ECHO}`));
});

describe('pseudoHeader', () => {
  test('is the addresses, the length and the next header (RFC 8200 section 8.1)', () => {
    expect(pseudoHeader(packet)).toEqual(hex(`${ADDRESSES} 00000010 0000003a`));
  });

  test('makes the checksum of a captured message come out', () => {
    expect(checksum(pseudoHeader(packet), packet.payload)).toBe(0);
  });
});

describe('decodeIpv6', () => {
  test("reads Linux's packet", () => {
    expect(decodeIpv6(CAPTURED)).toEqual(packet);
  });

  test('drops what follows the payload, and has what is there of one that was cut off', () => {
    expect(decodeIpv6(Buffer.concat([CAPTURED, hex('00000000')]))).toEqual(packet);
    expect(decodeIpv6(CAPTURED.subarray(0, 48))?.payload).toEqual(hex(ECHO).subarray(0, 8));
  });

  test('reads back what was encoded', () => {
    const number = fc.integer({ min: 0, max: 255 });
    const any = fc.record({ source: ipv6, destination: ipv6, nextHeader: number, hopLimit: number, payload: bytes });
    fc.assert(
      fc.property(any, (each) => {
        expect(decodeIpv6(encodeIpv6(each))).toEqual(each);
      }),
    );
  });

  test('is undefined for a header that is cut, and for version 4', () => {
    expect(decodeIpv6(CAPTURED.subarray(0, 39))).toBeUndefined();
    expect(decodeIpv6(CAPTURED.subarray(0, 40))).toBeDefined();
    const four = Buffer.from(CAPTURED);
    four[0] = 0x45;
    expect(decodeIpv6(four)).toBeUndefined();
  });

  test('never throws, and never has more payload than there are bytes', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged(CAPTURED)), (garbage) => {
        const length = decodeIpv6(garbage)?.payload.length ?? 0;
        expect(length).toBeLessThanOrEqual(Math.max(0, garbage.length - 40));
      }),
    );
  });
});
