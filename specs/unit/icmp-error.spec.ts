import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeIcmpError } from '../../lib/wire/icmp.ts';
import { bytes, damaged, numRuns } from './arbitraries.ts';
import { hex } from './hex.ts';

// `tcpdump -xx` of Linux's errors about a UDP datagram abc: a closed port, and an unreachable route on a router.
const UDP = '0fa0 0009 000b 141f 616263';
const PORT4 = hex(`0303 14c7 0000 0000 4500 001f 9d8e 4000 4011 893d 0a00 0001 0a00 0002 ${UDP}`);
const HOST4 = hex('0301 3823 0000 0000 4500 001f 1da6 4000 4011 091e 0a00 0001 0a09 0001 ec3d 0009 000b 1427 616263');
const PORT6 = hex(`0104 8b09 0000 0000 6007 6f7d 000b 1140
  fd000000000000000000000000000001 fd0000000000000000000000abcdef02 0fa0 0009 000b 94ef 616263`);
const ROUTE6 = hex(`0100 02d8 0000 0000 600d a753 000b 1140
  fd000000000000000000000000000001 fd090000000000000000000000000001 9586 0009 000b fa28 616263`);

test('says which packet was refused, and why', () => {
  expect(decodeIcmpError(4, PORT4)).toEqual({
    type: 3,
    code: 3,
    reason: 'port unreachable',
    original: { destination: '10.0.0.2', protocol: 17, payload: hex(UDP) },
  });
  expect(decodeIcmpError(6, PORT6)).toEqual({
    type: 1,
    code: 4,
    reason: 'port unreachable',
    original: { destination: 'fd00::abcd:ef02', protocol: 17, payload: hex('0fa0 0009 000b 94ef 616263') },
  });
  expect(decodeIcmpError(4, HOST4)).toMatchObject({
    reason: 'host unreachable',
    original: { destination: '10.9.0.1' },
  });
  expect(decodeIcmpError(6, ROUTE6)).toMatchObject({ reason: 'no route', original: { destination: 'fd09::1' } });
});

describe('the reason', () => {
  /** A captured error with another type and code; the checksum is the kernel's to check. */
  const reasonOf = (family: 4 | 6, type: number, code: number) => {
    const message = Buffer.from(family === 4 ? PORT4 : PORT6);
    message.set([type, code]);
    return decodeIcmpError(family, message)?.reason;
  };

  test.each([
    // RFC 792 and RFC 1812 section 5.2.7.1.
    [4, 3, 0, 'network unreachable'],
    [4, 3, 2, 'protocol unreachable'],
    [4, 3, 4, 'fragmentation needed'],
    [4, 3, 9, 'network prohibited'],
    [4, 3, 10, 'host prohibited'],
    [4, 3, 13, 'administratively prohibited'],
    [4, 11, 0, 'time exceeded'],
    [4, 11, 1, 'time exceeded'],
    [4, 12, 0, 'parameter problem'],
    // RFC 4443 section 3.
    [6, 1, 1, 'administratively prohibited'],
    [6, 1, 2, 'beyond the scope of the source address'],
    [6, 1, 3, 'address unreachable'],
    [6, 1, 5, 'source address failed policy'],
    [6, 1, 6, 'reject route'],
    [6, 2, 0, 'packet too big'],
    [6, 3, 0, 'time exceeded'],
    [6, 4, 2, 'parameter problem'],
    // No RFC gave these a name.
    [4, 3, 99, 'type 3 code 99'],
    [6, 1, 99, 'type 1 code 99'],
  ] as const)('of IPv%s type %i code %i is %s', (family, type, code, reason) => {
    expect(reasonOf(family, type, code)).toBe(reason);
  });

  test('of too long a packet has the MTU that the next hop takes', () => {
    const tooLong4 = Buffer.from(PORT4);
    tooLong4.set([3, 4]);
    tooLong4.writeUInt16BE(1400, 6);
    expect(decodeIcmpError(4, tooLong4)?.reason).toBe('fragmentation needed (MTU 1400)');
    const tooLong6 = Buffer.from(PORT6);
    tooLong6.set([2, 0]);
    tooLong6.writeUInt32BE(1280, 4);
    expect(decodeIcmpError(6, tooLong6)?.reason).toBe('packet too big (MTU 1280)');
  });

  test('is not for what is no error', () => {
    // Echo, redirect (5) and source quench (4) on IPv4; echo and ND on IPv6.
    for (const type of [0, 4, 5, 8]) expect(reasonOf(4, type, 0)).toBeUndefined();
    for (const type of [0, 5, 128, 129, 135, 136]) expect(reasonOf(6, type, 0)).toBeUndefined();
  });
});

describe('decodeIcmpError', () => {
  test('wants eight bytes behind the quoted header: the ports', () => {
    expect(decodeIcmpError(4, PORT4.subarray(0, 8 + 20 + 8))?.original.payload).toEqual(hex('0fa0 0009 000b 141f'));
    for (let length = 0; length < 8 + 20 + 8; length++) {
      expect(decodeIcmpError(4, PORT4.subarray(0, length))).toBeUndefined();
    }
    expect(decodeIcmpError(6, PORT6.subarray(0, 8 + 40 + 8))?.original.protocol).toBe(17);
    expect(decodeIcmpError(6, PORT6.subarray(0, 8 + 40 + 7))).toBeUndefined();
  });

  test('is undefined where a packet of the other family is quoted', () => {
    expect(decodeIcmpError(4, Buffer.concat([PORT4.subarray(0, 8), PORT6.subarray(8)]))).toBeUndefined();
    expect(decodeIcmpError(6, Buffer.concat([PORT6.subarray(0, 8), PORT4.subarray(8)]))).toBeUndefined();
  });

  test('never throws, and what it takes has eight bytes to read', () => {
    const family = fc.constantFrom(4 as const, 6 as const);
    fc.assert(
      fc.property(family, fc.oneof(bytes, damaged(PORT4), damaged(PORT6)), (version, garbage) => {
        const error = decodeIcmpError(version, garbage);
        if (error) expect(error.original.payload.length).toBeGreaterThanOrEqual(8);
      }),
      numRuns(500),
    );
  });
});
