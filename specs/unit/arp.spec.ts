import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARP_LENGTH, type Arp, decodeArp, encodeArp } from '../../lib/wire/arp.ts';
import { bytes, damaged, ipv4, mac } from './arbitraries.ts';
import { hex } from './hex.ts';

// `tcpdump -xx` of Linux asking and answering over a veth pair.
const REQUEST = hex('0001 0800 06 04 0001 02000000000a 0a000001 000000000000 0a000002');
const REPLY = hex('0001 0800 06 04 0002 02000000000b 0a000002 02000000000a 0a000001');

const request: Arp = {
  operation: 'request',
  senderMac: '02:00:00:00:00:0a',
  senderIp: '10.0.0.1',
  targetMac: '00:00:00:00:00:00',
  targetIp: '10.0.0.2',
};
const reply: Arp = {
  operation: 'reply',
  senderMac: '02:00:00:00:00:0b',
  senderIp: '10.0.0.2',
  targetMac: '02:00:00:00:00:0a',
  targetIp: '10.0.0.1',
};

test('a request and a reply are encoded as Linux does', () => {
  expect(encodeArp(request)).toEqual(REQUEST);
  expect(encodeArp(reply)).toEqual(REPLY);
  expect(ARP_LENGTH).toBe(REQUEST.length);
});

describe('decodeArp', () => {
  test("reads Linux's request and reply", () => {
    expect(decodeArp(REQUEST)).toEqual(request);
    expect(decodeArp(REPLY)).toEqual(reply);
  });

  test('leaves what follows alone: a frame is padded to 60 bytes', () => {
    expect(decodeArp(Buffer.concat([REQUEST, Buffer.alloc(18)]))).toEqual(request);
  });

  test('reads back what was encoded', () => {
    const any = fc.record({
      operation: fc.constantFrom('request' as const, 'reply' as const),
      senderMac: mac,
      senderIp: ipv4,
      targetMac: mac,
      targetIp: ipv4,
    });
    fc.assert(
      fc.property(any, (arp) => {
        expect(decodeArp(encodeArp(arp))).toEqual(arp);
      }),
    );
  });

  test.each([
    ['hardware type', 1, 6],
    ['protocol type', 2, 0x86],
    ['hardware address length', 4, 8],
    ['protocol address length', 5, 16],
    // 3 is RARP's request.
    ['operation', 7, 3],
    ['operation', 6, 1],
    ['operation', 7, 0],
  ])('is undefined for another %s', (_, at, value) => {
    const changed = Buffer.from(REQUEST);
    changed[at] = value;
    expect(decodeArp(changed)).toBeUndefined();
  });

  test('is undefined for every cut', () => {
    for (let length = 0; length < ARP_LENGTH; length++) expect(decodeArp(REQUEST.subarray(0, length))).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged(REQUEST)), (garbage) => {
        const arp = decodeArp(garbage);
        // What it takes for ARP it can also write, to the same bytes.
        if (arp) expect(encodeArp(arp)).toEqual(garbage.subarray(0, ARP_LENGTH));
      }),
    );
  });
});
