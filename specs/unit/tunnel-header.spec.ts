import { expect, test } from 'vitest';
import { encodeEthernet } from '../../lib/wire/ethernet.ts';
import { encodeIpv4 } from '../../lib/wire/ipv4.ts';
import { encodeIpv6 } from '../../lib/wire/ipv6.ts';
import { outerPacketOf, type TunnelHeader } from '../../lib/wire/tunnel-header.ts';

const [SOURCE, DESTINATION] = ['192.0.2.1', '192.0.2.2'];
const ENDS = { source: SOURCE, destination: DESTINATION };
// The beginning of the frame, or of the packet, that is carried.
const INNER = '0123456789abcdef0123456789ab';

/** A frame with an outer packet: what stands behind its IP header, in hex. */
function frameOf(protocol: number, payload: string, family: 4 | 6 = 4): Buffer {
  const bytes = Buffer.from(payload.replaceAll(' ', ''), 'hex');
  const [source, destination] = ['fd00::1', 'fd00::2'];
  const packet =
    family === 4
      ? encodeIpv4({ ...ENDS, protocol, payload: bytes })
      : encodeIpv6({ source, destination, nextHeader: protocol, hopLimit: 64, payload: bytes });
  const macs = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' };
  return encodeEthernet({ ...macs, etherType: family === 4 ? 0x0800 : 0x86dd, payload: packet });
}

/** With what is carried in hex. */
function read(header: TunnelHeader, frame: Buffer) {
  const outer = outerPacketOf(frame, header);
  return outer && { ...outer, inner: outer.inner.toString('hex') };
}

/** What is given for a packet that has no Ethernet header. */
const behindEthernet = (etherType: string) => `${'00'.repeat(12)}${etherType}${INNER}`;

// UDP: from port 49152 to 4789 or 6081, without a checksum.
const UDP = 'c000 12b5 001e 0000';
const TO_GENEVE = 'c000 17c1 001e 0000';

test('vxlan (RFC 7348 section 5)', () => {
  expect(read('vxlan', frameOf(17, `${UDP} 08000000 00000700 ${INNER}`))).toEqual({
    ...{ header: 'vxlan', family: 4, ...ENDS, port: 4789, id: 7, etherType: undefined, inner: INNER },
    ...{ headerBits: 0x08000000_00000000n, hasUdpChecksum: false },
  });
  expect(read('vxlan', frameOf(17, `c000 12b5 001e beef 88000005 00000794 ${INNER}`))).toMatchObject({
    ...{ id: 7, headerBits: 0x88000005_00000094n, hasUdpChecksum: true },
  });
  // Without the I flag there is no VNI.
  expect(read('vxlan', frameOf(17, `${UDP} 00000000 00000700 ${INNER}`))).toBeUndefined();
  expect(read('vxlan', frameOf(6, `${UDP} 08000000 00000700 ${INNER}`))).toBeUndefined();
  expect(read('vxlan', frameOf(17, `${UDP} 08000000`))).toBeUndefined();
});

test('geneve (RFC 8926 section 3.4): a frame behind its options, or a packet', () => {
  expect(read('geneve', frameOf(17, `${TO_GENEVE} 01006558 fffffe00 deadbeef ${INNER}`))).toMatchObject({
    ...{ port: 6081, id: 0xfffffe, etherType: undefined, inner: INNER },
  });
  expect(read('geneve', frameOf(17, `${TO_GENEVE} 000086dd 00000700 ${INNER}`))).toMatchObject({
    ...{ id: 7, etherType: 0x86dd, inner: behindEthernet('86dd') },
  });
  // Another version.
  expect(read('geneve', frameOf(17, `${TO_GENEVE} 40006558 00000700 ${INNER}`))).toBeUndefined();
});

test.for<[name: string, header: string, key: number | undefined]>([
  ['nothing', '00000800', undefined],
  ['a key', '20000800 00000007', 7],
  ['a checksum', '80000800 12340000', undefined],
  ['all of them', 'b0000800 12340000 00000009 00000001', 9],
])('gre with %s (RFC 2784 section 2, RFC 2890 section 2)', ([what, header, key]) => {
  const outer = read('gre', frameOf(47, `${header} ${INNER}`));
  expect(outer).toMatchObject({ etherType: 0x0800, inner: behindEthernet('0800') });
  expect(outer?.hasChecksum).toBe(['a checksum', 'all of them'].includes(what));
  expect(outer?.hasSequence).toBe(what === 'all of them');
  expect(outer?.key).toBe(key);
});

test('a gretap carries frames; other flags of gre, and what is cut off, are not read', () => {
  expect(read('gre', frameOf(47, `00006558 ${INNER}`))).toMatchObject({ etherType: undefined, inner: INNER });
  // Routing, of RFC 1701.
  expect(read('gre', frameOf(47, `40000800 ${INNER}`))).toBeUndefined();
  expect(read('gre', frameOf(47, '20000800 00'))).toBeUndefined();
});

test.for<[name: string, protocol: number, etherType: string]>([
  ['IPv4 (RFC 2003)', 4, '0800'],
  ['IPv6 (RFC 4213)', 41, '86dd'],
])('a packet of %s', ([, protocol, etherType]) => {
  expect(read('ip', frameOf(protocol, INNER))).toMatchObject({ inner: behindEthernet(etherType) });
  expect(read('ip', frameOf(17, INNER))).toBeUndefined();
});

test('an ip6tnl has destination options before the packet (RFC 2473 section 4.1.1)', () => {
  // Next header, length, the tunnel encapsulation limit, padding.
  const options = '29 00 04 01 04 01 01 00';
  expect(read('ip', frameOf(60, `${options} ${INNER}`, 6))).toMatchObject({
    ...{ family: 6, source: 'fd00::1', destination: 'fd00::2', etherType: 0x86dd, inner: behindEthernet('86dd') },
  });
});
