import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEthernet, ETHERTYPE, encodeEthernet } from '../../lib/wire/ethernet.ts';
import { bytes, mac } from './arbitraries.ts';
import { hex } from './hex.ts';

const etherType = fc.integer({ min: 0, max: 0xffff });

test('a frame reads as on the wire: destination, source, type, payload', () => {
  const frame = encodeEthernet({
    destination: 'ff:ff:ff:ff:ff:ff',
    source: '02:00:00:00:00:0a',
    etherType: ETHERTYPE.arp,
    payload: Buffer.alloc(46, 0xab),
  });
  expect(frame).toEqual(hex(`ffffffffffff 02000000000a 0806 ${'ab'.repeat(46)}`));
});

test('the EtherTypes are those that IEEE gave out', () => {
  expect(ETHERTYPE).toMatchObject({ ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd });
});

test('a short payload is padded with zeros to 60 bytes, a long one is left alone', () => {
  const header = { destination: '02:00:00:00:00:0b', source: '02:00:00:00:00:0a', etherType: 0x88b5 };
  const short = encodeEthernet({ ...header, payload: hex('010203') });
  expect(short).toHaveLength(60);
  expect(short.subarray(14)).toEqual(hex(`010203${'00'.repeat(43)}`));
  expect(encodeEthernet({ ...header, payload: Buffer.alloc(46) })).toHaveLength(60);
  expect(encodeEthernet({ ...header, payload: Buffer.alloc(47) })).toHaveLength(61);
});

describe('decodeEthernet', () => {
  test('reads back what was encoded, and keeps the padding', () => {
    fc.assert(
      fc.property(mac, mac, etherType, bytes, (destination, source, type, payload) => {
        const decoded = decodeEthernet(encodeEthernet({ destination, source, etherType: type, payload }));
        const padded = Buffer.concat([payload, Buffer.alloc(Math.max(0, 46 - payload.length))]);
        expect(decoded).toEqual({ destination, source, etherType: type, payload: padded });
      }),
    );
  });

  test('knows no frame in less than a header, and a frame in anything from there', () => {
    fc.assert(
      fc.property(bytes, (frame) => {
        expect(decodeEthernet(frame) === undefined).toBe(frame.length < 14);
      }),
    );
    expect(decodeEthernet(Buffer.alloc(13))).toBeUndefined();
    expect(decodeEthernet(Buffer.alloc(14))?.payload).toHaveLength(0);
  });
});
