import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeIpv4, encodeIpv4, IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { bytes, damaged, ipv4 } from './arbitraries.ts';
import { hex } from './hex.ts';

// The worked example of Wikipedia's "Internet checksum": UDP, don't fragment, TTL 64, checksum b861.
const HEADER = hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');
const PAYLOAD = Buffer.alloc(0x73 - 20, 0x5a);

test('a packet has the header of a known example, checksum included', () => {
  const packet = { source: '192.168.0.1', destination: '192.168.0.199', protocol: IP_PROTOCOL.udp, payload: PAYLOAD };
  expect(encodeIpv4(packet)).toEqual(Buffer.concat([HEADER, PAYLOAD]));
  expect(decodeIpv4(Buffer.concat([HEADER, PAYLOAD]))).toEqual(packet);
});

test('the protocol numbers are those that IANA gave out', () => {
  expect(IP_PROTOCOL).toMatchObject({ icmp: 1, tcp: 6, udp: 17, icmpv6: 58 });
});

describe('decodeIpv4', () => {
  test("reads Linux's reply to a ping, and drops the padding behind the packet", () => {
    // `tcpdump -xx`, ICMP echo reply of 36 bytes, as it would stand in a frame of 60.
    const captured = hex('4500 0024 2c4e 0000 4001 3a89 0a00 0002 0a00 0001 0000 d6fc 1cf2 0001 0001020304050607');
    expect(decodeIpv4(Buffer.concat([captured, Buffer.alloc(10)]))).toEqual({
      source: '10.0.0.2',
      destination: '10.0.0.1',
      protocol: 1,
      payload: hex('0000 d6fc 1cf2 0001 0001020304050607'),
    });
  });

  test('skips options', () => {
    // Router alert (RFC 2113), as IGMP carries it: a header of 24 bytes.
    const withOption = hex('46c0 0020 0000 4000 0102 0000 0a00 0001 e000 0016 9404 0000 2200 f9fc 0000 0001');
    expect(decodeIpv4(withOption)).toMatchObject({ protocol: 2, payload: hex('2200 f9fc 0000 0001') });
  });

  test('has what is there of a payload that was cut off', () => {
    expect(decodeIpv4(Buffer.concat([HEADER, hex('0102030405060708')]))?.payload).toEqual(hex('0102030405060708'));
  });

  test('reads back what was encoded', () => {
    const any = fc.record({
      source: ipv4,
      destination: ipv4,
      protocol: fc.integer({ min: 0, max: 255 }),
      payload: bytes,
    });
    fc.assert(
      fc.property(any, (packet) => {
        expect(decodeIpv4(encodeIpv4(packet))).toEqual(packet);
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['a header cut by a byte', HEADER.toString('hex').slice(0, -2)],
    ['version 6', `6${HEADER.toString('hex').slice(1)}`],
    ['a header of four words', `44${HEADER.toString('hex').slice(2)}`],
    ['a header longer than what is there', `46${HEADER.toString('hex').slice(2)}`],
  ])('is undefined for %s', (_, text) => {
    expect(decodeIpv4(hex(text))).toBeUndefined();
  });

  test('has an empty payload where the total length lies below the header', () => {
    const lying = Buffer.concat([HEADER, hex('0102')]);
    lying.writeUInt16BE(3, 2);
    expect(decodeIpv4(lying)?.payload).toHaveLength(0);
  });

  test('never throws, and never has more payload than there are bytes', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged(Buffer.concat([HEADER, PAYLOAD]))), (garbage) => {
        const length = decodeIpv4(garbage)?.payload.length ?? 0;
        expect(length).toBeLessThanOrEqual(Math.max(0, garbage.length - 20));
      }),
    );
  });
});
