import { bytesToIp, ipToBytes } from './ip-address.ts';

const HEADER = 40;

/** The smallest MTU of IPv6 (RFC 8200 section 5): below it a device has no IPv6 at all. */
export const IPV6_MIN_MTU = 1280;

export interface Ipv6Packet {
  source: string;
  destination: string;
  /** The protocol behind the fixed header; extension headers are not followed. */
  nextHeader: number;
  /** 255 is what ND demands (RFC 4861 section 7.1). */
  hopLimit: number;
  payload: Uint8Array;
}

/** A packet without extension headers (RFC 8200). */
export function encodeIpv6({ source, destination, nextHeader, hopLimit, payload }: Ipv6Packet): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(payload.length, 4);
  header.writeUInt8(nextHeader, 6);
  header.writeUInt8(hopLimit, 7);
  ipToBytes(source).copy(header, 8);
  ipToBytes(destination).copy(header, 24);
  return Buffer.concat([header, payload]);
}

/** Undefined for what is no IPv6. */
export function decodeIpv6(bytes: Buffer): (Ipv6Packet & { payload: Buffer }) | undefined {
  if (bytes.length < HEADER || bytes.readUInt8(0) >> 4 !== 6) return undefined;
  return {
    source: bytesToIp(bytes.subarray(8, 24)),
    destination: bytesToIp(bytes.subarray(24, 40)),
    nextHeader: bytes.readUInt8(6),
    hopLimit: bytes.readUInt8(7),
    payload: bytes.subarray(HEADER, HEADER + bytes.readUInt16BE(4)),
  };
}

/** What ICMPv6's checksum covers besides the message (RFC 8200 section 8.1). */
export function pseudoHeader({ source, destination, nextHeader, payload }: Ipv6Packet): Buffer {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(payload.length, 0);
  tail.writeUInt8(nextHeader, 7);
  return Buffer.concat([ipToBytes(source), ipToBytes(destination), tail]);
}
