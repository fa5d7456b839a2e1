import { checksum } from './checksum.ts';
import { bytesToIp, ipToBytes } from './ip-address.ts';

/** What stands behind a header of IP, by IANA's numbers. The extension headers of IPv6 are among them (RFC 8200 section 4). */
export const IP_PROTOCOL = {
  ...{
    hopByHop: 0,
    icmp: 1,
    igmp: 2,
    ipip: 4,
    tcp: 6,
    udp: 17,
    dccp: 33,
    ipv6: 41,
    routing: 43,
    fragment: 44,
    gre: 47,
  },
  ...{ esp: 50, ah: 51, icmpv6: 58, noNextHeader: 59, destinationOptions: 60, ospf: 89, pim: 103, vrrp: 112 },
  ...{ sctp: 132, udplite: 136 },
} as const;

const HEADER = 20;
const TTL = 64;

interface Ipv4Packet {
  source: string;
  destination: string;
  protocol: number;
  /** @default 64 */
  ttl?: number;
  payload: Uint8Array;
}

/** A packet without options, not to be fragmented (RFC 791). */
export function encodeIpv4({ source, destination, protocol, ttl = TTL, payload }: Ipv4Packet): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(HEADER + payload.length, 2);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(ttl, 8);
  header.writeUInt8(protocol, 9);
  ipToBytes(source).copy(header, 12);
  ipToBytes(destination).copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, payload]);
}

/** Undefined for what is no IPv4. A payload that was cut off (as in an ICMP error) is as long as what is there. */
export function decodeIpv4(bytes: Buffer): (Ipv4Packet & { payload: Buffer }) | undefined {
  if (bytes.length < HEADER || bytes.readUInt8(0) >> 4 !== 4) return undefined;
  const headerLength = (bytes.readUInt8(0) & 0xf) * 4;
  if (headerLength < HEADER || bytes.length < headerLength) return undefined;
  return {
    source: bytesToIp(bytes.subarray(12, 16)),
    destination: bytesToIp(bytes.subarray(16, 20)),
    protocol: bytes.readUInt8(9),
    payload: bytes.subarray(headerLength, Math.max(headerLength, bytes.readUInt16BE(2))),
  };
}
