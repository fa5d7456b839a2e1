import { checksum } from './checksum.ts';
import { bytesToIp, ipToBytes, solicitedNodeGroup } from './ip-address.ts';
import { IP_PROTOCOL } from './ipv4.ts';
import { encodeIpv6, pseudoHeader } from './ipv6.ts';
import { macToBytes } from './mac-address.ts';

/** The ICMPv6 types (RFC 4861 section 4). */
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
const OPTION_SOURCE_LINK_LAYER_ADDRESS = 1;
const OPTION_NONCE = 14;

/** The longest nonce that fits the option's one unit of eight bytes (RFC 3971 section 5.3.2). */
export const NONCE_LENGTH = 6;

/** ND's counterpart of an ARP request (RFC 4861 section 4.3), with a nonce that tells it from any other. */
export interface NeighbourSolicitation {
  sourceIp: string;
  sourceMac: string;
  targetIp: string;
  nonce: Uint8Array;
}

/** The whole IPv6 packet, addressed to the target's solicited-node group. */
export function encodeNeighbourSolicitation({ sourceIp, sourceMac, targetIp, nonce }: NeighbourSolicitation): Buffer {
  const message = Buffer.concat([
    Buffer.of(NEIGHBOUR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0),
    ipToBytes(targetIp),
    Buffer.of(OPTION_SOURCE_LINK_LAYER_ADDRESS, 1),
    macToBytes(sourceMac),
    Buffer.of(OPTION_NONCE, 1),
    nonce,
  ]);
  const packet = {
    source: sourceIp,
    destination: solicitedNodeGroup(targetIp),
    nextHeader: IP_PROTOCOL.icmpv6,
    hopLimit: 255,
    payload: message,
  };
  message.writeUInt16BE(checksum(pseudoHeader(packet), message), 2);
  return encodeIpv6(packet);
}

/** The target of an advertisement; undefined for what is none. */
export function decodeNeighbourAdvertisement(message: Buffer): { targetIp: string } | undefined {
  if (message.length < 24 || message.readUInt8(0) !== NEIGHBOUR_ADVERTISEMENT) return undefined;
  return { targetIp: bytesToIp(message.subarray(8, 24)) };
}

/** The target and nonce of a solicitation; undefined for what is none, or has no nonce. */
export function decodeNeighbourSolicitation(message: Buffer): { targetIp: string; nonce: Buffer } | undefined {
  if (message.length < 24 || message.readUInt8(0) !== NEIGHBOUR_SOLICITATION) return undefined;
  for (let at = 24; at + 8 <= message.length; ) {
    const length = message.readUInt8(at + 1) * 8;
    if (length === 0) return undefined;
    if (message.readUInt8(at) === OPTION_NONCE) {
      return { targetIp: bytesToIp(message.subarray(8, 24)), nonce: message.subarray(at + 2, at + length) };
    }
    at += length;
  }
  return undefined;
}
