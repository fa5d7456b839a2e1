import { bytesToIp, type Family, ipToBytes } from '../../wire/ip-address.ts';
import { AF_INET, AF_INET6, AF_PACKET } from '../constants.ts';

/** The longest of them, `sockaddr_in6`; `sockaddr_ll` is 20. */
export const SOCKADDR_MAX = 28;

/** `AF_INET` or `AF_INET6`. */
export function familyNumber(family: Family): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** `sockaddr_in` or `sockaddr_in6`. `scope` is the ifindex that a link-local IPv6 address is on. */
export function ipSocketAddress(family: Family, address: string, port = 0, scope = 0): Buffer {
  const buffer = Buffer.alloc(family === 4 ? 16 : 28);
  buffer.writeUInt16LE(familyNumber(family), 0);
  buffer.writeUInt16BE(port, 2);
  ipToBytes(address).copy(buffer, family === 4 ? 4 : 8);
  if (family === 6) buffer.writeUInt32LE(scope, 24);
  return buffer;
}

export function readIpSocketAddress(buffer: Buffer): { address: string; port: number } {
  const v4 = buffer.readUInt16LE(0) === AF_INET;
  return { address: bytesToIp(v4 ? buffer.subarray(4, 8) : buffer.subarray(8, 24)), port: buffer.readUInt16BE(2) };
}

/** `sockaddr_ll`: a device, and the EtherType that is sent or listened for. */
export function packetSocketAddress(index: number, etherType: number): Buffer {
  const buffer = Buffer.alloc(20);
  buffer.writeUInt16LE(AF_PACKET, 0);
  buffer.writeUInt16BE(etherType, 2);
  buffer.writeInt32LE(index, 4);
  return buffer;
}

/** What a packet socket says of a frame: which device, and how the frame was addressed (`PACKET_HOST` …). */
export function readPacketSocketAddress(buffer: Buffer): {
  protocol: number;
  index: number;
  hardware: number;
  packetType: number;
  /** Of the address of who sent it (`sll_halen`); 0 where the device does not tell it. */
  addressLength: number;
} {
  return {
    protocol: buffer.readUInt16BE(2),
    index: buffer.readInt32LE(4),
    hardware: buffer.readUInt16LE(8),
    packetType: buffer.readUInt8(10),
    addressLength: buffer.readUInt8(11),
  };
}
