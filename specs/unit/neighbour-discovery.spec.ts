import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../lib/wire/checksum.ts';
import { solicitedNodeGroup } from '../../lib/wire/ip-address.ts';
import { decodeIpv6, pseudoHeader } from '../../lib/wire/ipv6.ts';
import {
  decodeNeighbourSolicitation,
  encodeNeighbourSolicitation,
  NONCE_LENGTH,
} from '../../lib/wire/neighbour-discovery.ts';
import { bytes, damaged, ipv6, mac, numRuns } from './arbitraries.ts';
import { hex } from './hex.ts';

// `tcpdump -xx` of Linux asking for fd00::abcd:ef02: the packet, without a nonce.
const ASKING = hex(`6000 0000 0020 3aff fd000000000000000000000000000001 ff0200000000000000000001ffcdef02
  8700 f2f1 0000 0000 fd0000000000000000000000abcdef02 0101 02000000000a`);
// And of its duplicate address detection (RFC 7527), which carries a nonce and nothing else: the message.
const DETECTING = hex('8700 bd24 0000 0000 fe80000000000000 000000fffe00000b 0e01 5f3f2afc27a8');

const solicitation = {
  sourceIp: 'fd00::1',
  sourceMac: '02:00:00:00:00:0a',
  targetIp: 'fd00::abcd:ef02',
  nonce: hex('5f3f2afc27a8'),
};

describe('encodeNeighbourSolicitation', () => {
  test("is Linux's own packet with the nonce option behind", () => {
    const packet = encodeNeighbourSolicitation(solicitation);
    const expected = Buffer.concat([ASKING, hex('0e01 5f3f2afc27a8')]);
    expected.writeUInt16BE(40, 4);
    // f2f1 less what the eight bytes and the length (20 to 28) add, in one's complement.
    const sum = (0xf2f1 ^ 0xffff) + 0x0e01 + 0x5f3f + 0x2afc + 0x27a8 + 8;
    expected.writeUInt16BE(~((sum & 0xffff) + (sum >>> 16)) & 0xffff, 42);
    expect(packet).toEqual(expected);
  });

  test('goes to the solicited-node group with hop limit 255, with a checksum that comes out', () => {
    const nonce = fc.uint8Array({ minLength: NONCE_LENGTH, maxLength: NONCE_LENGTH });
    fc.assert(
      fc.property(ipv6, mac, ipv6, nonce, (sourceIp, sourceMac, targetIp, bits) => {
        const packet = decodeIpv6(encodeNeighbourSolicitation({ sourceIp, sourceMac, targetIp, nonce: bits }));
        if (!packet) throw new Error('no IPv6');
        const destination = solicitedNodeGroup(targetIp);
        expect(packet).toMatchObject({ source: sourceIp, destination, nextHeader: 58, hopLimit: 255 });
        expect(checksum(pseudoHeader(packet), packet.payload)).toBe(0);
        expect(decodeNeighbourSolicitation(packet.payload)).toEqual({ targetIp, nonce: Buffer.from(bits) });
      }),
    );
  });
});

describe('decodeNeighbourSolicitation', () => {
  test("reads the nonce of Linux's duplicate address detection", () => {
    expect(decodeNeighbourSolicitation(DETECTING)).toEqual({
      targetIp: 'fe80::ff:fe00:b',
      nonce: hex('5f3f2afc27a8'),
    });
  });

  test('is undefined for a solicitation without a nonce, as Linux asks', () => {
    expect(decodeNeighbourSolicitation(ASKING.subarray(40))).toBeUndefined();
  });

  test('is undefined for an advertisement', () => {
    const advertisement = Buffer.from(DETECTING);
    advertisement[0] = 136;
    expect(decodeNeighbourSolicitation(advertisement)).toBeUndefined();
  });

  test('is undefined behind an option of length 0, over which nobody gets (RFC 4861 section 4.6)', () => {
    const looping = Buffer.concat([DETECTING.subarray(0, 24), hex('0100 02000000000a'), DETECTING.subarray(24)]);
    expect(decodeNeighbourSolicitation(looping)).toBeUndefined();
    looping[25] = 1;
    expect(decodeNeighbourSolicitation(looping)?.nonce).toEqual(hex('5f3f2afc27a8'));
  });

  test('is undefined for every cut', () => {
    for (let length = 0; length < DETECTING.length; length++) {
      expect(decodeNeighbourSolicitation(DETECTING.subarray(0, length))).toBeUndefined();
    }
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, damaged(DETECTING)), (garbage) => {
        const found = decodeNeighbourSolicitation(garbage);
        if (found) expect(found.nonce.length).toBeGreaterThanOrEqual(NONCE_LENGTH);
      }),
      numRuns(500),
    );
  });
});
