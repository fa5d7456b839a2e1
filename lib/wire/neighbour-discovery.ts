import { checksum } from './checksum.ts';
import { ETHERTYPE, encodeEthernet } from './ethernet.ts';
import { bytesToIp, ipToBytes, solicitedNodeGroup } from './ip-address.ts';
import type { IpPacket } from './ip-packet.ts';
import { IP_PROTOCOL } from './ipv4.ts';
import { encodeIpv6, pseudoHeader } from './ipv6.ts';
import { macToBytes, multicastMac6 } from './mac-address.ts';

/** The ICMPv6 types (RFC 4861 section 4). */
export const ROUTER_SOLICITATION = 133;
export const ROUTER_ADVERTISEMENT = 134;
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
export const REDIRECT = 137;
/** Of another, a message came from another link (RFC 4861 section 7.1). */
export const HOP_LIMIT = 255;
const OPTION_SOURCE_LINK_LAYER_ADDRESS = 1;
const OPTION_NONCE = 14;

/** The longest nonce that fits the option's one unit of eight bytes (RFC 3971 section 5.3.2). */
export const NONCE_LENGTH = 6;

/** ND's counterpart of an ARP request (RFC 4861 section 4.3), with a nonce that tells it from any other. */
interface NeighbourSolicitation {
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
    hopLimit: HOP_LIMIT,
    payload: message,
  };
  message.writeUInt16BE(checksum(pseudoHeader(packet), message), 2);
  return encodeIpv6(packet);
}

/** The frame around it, to the MAC address of that group. */
export function neighbourSolicitationFrame(solicitation: NeighbourSolicitation): Buffer {
  return encodeEthernet({
    destination: multicastMac6(ipToBytes(solicitedNodeGroup(solicitation.targetIp))),
    source: solicitation.sourceMac,
    etherType: ETHERTYPE.ipv6,
    payload: encodeNeighbourSolicitation(solicitation),
  });
}

/** What a solicitation and an advertisement have in common (RFC 4861 sections 4.3 and 4.4). */
interface NeighbourMessage {
  type: typeof NEIGHBOUR_SOLICITATION | typeof NEIGHBOUR_ADVERTISEMENT;
  targetIp: string;
  /** Of an advertisement: it answers a solicitation. */
  solicited: boolean;
}

/** The message in a packet, if it has one. */
export function neighbourMessageIn(packet: IpPacket | undefined): NeighbourMessage | undefined {
  return packet?.protocol === IP_PROTOCOL.icmpv6 ? decodeNeighbourMessage(packet.payload) : undefined;
}

/** Undefined for what is neither a solicitation nor an advertisement. */
export function decodeNeighbourMessage(message: Buffer): NeighbourMessage | undefined {
  const [type, code] = message;
  if (message.length < 24 || code !== 0) return undefined;
  if (type !== NEIGHBOUR_SOLICITATION && type !== NEIGHBOUR_ADVERTISEMENT) return undefined;
  return { type, targetIp: bytesToIp(message.subarray(8, 24)), solicited: (message.readUInt8(4) & SOLICITED) !== 0 };
}

const SOLICITED = 0x40;

/** The target and nonce of a solicitation; undefined for what is none, or has no nonce. */
export function decodeNeighbourSolicitation(message: Buffer): { targetIp: string; nonce: Buffer } | undefined {
  const decoded = decodeNeighbourMessage(message);
  if (decoded?.type !== NEIGHBOUR_SOLICITATION) return undefined;
  const { targetIp } = decoded;
  for (let at = 24; at + 8 <= message.length; ) {
    const length = message.readUInt8(at + 1) * 8;
    if (length === 0) return undefined;
    if (message.readUInt8(at) === OPTION_NONCE) {
      return { targetIp, nonce: message.subarray(at + 2, at + length) };
    }
    at += length;
  }
  return undefined;
}
