import { decodeEthernet, ETHERTYPE, encodeEthernet } from './ethernet.ts';
import { bytesToIp, ipToBytes } from './ip-address.ts';
import { BROADCAST_MAC, bytesToMac, macToBytes, NO_MAC } from './mac-address.ts';

/** Kinds of hardware (linux/if_arp.h): Linux has one for each device, ARP or not. */
export const ARPHRD = {
  ...{ ETHER: 1, TUNNEL: 768, TUNNEL6: 769, LOOPBACK: 772, SIT: 776, IPGRE: 778, IP6GRE: 823, NONE: 65534 },
} as const;

export const ARP_LENGTH = 28;
const OPERATIONS = { request: 1, reply: 2 } as const;

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface Arp {
  operation: keyof typeof OPERATIONS;
  senderMac: string;
  senderIp: string;
  /** All zero in a request. */
  targetMac: string;
  targetIp: string;
}

export function encodeArp({ operation, senderMac, senderIp, targetMac, targetIp }: Arp): Buffer {
  return Buffer.concat([
    Buffer.of(0, 1, 0x08, 0x00, 6, 4, 0, OPERATIONS[operation]),
    macToBytes(senderMac),
    ipToBytes(senderIp),
    macToBytes(targetMac),
    ipToBytes(targetIp),
  ]);
}

/** Undefined for what is no IPv4-over-Ethernet request or reply. What follows the 28 bytes is left alone. */
export function decodeArp(bytes: Buffer): Arp | undefined {
  if (bytes.length < ARP_LENGTH || bytes.readUIntBE(0, 6) !== 0x0001_0800_0604) return undefined;
  const number = bytes.readUInt16BE(6);
  if (number !== 1 && number !== 2) return undefined;
  return {
    operation: number === 1 ? 'request' : 'reply',
    senderMac: bytesToMac(bytes.subarray(8, 14)),
    senderIp: bytesToIp(bytes.subarray(14, 18)),
    targetMac: bytesToMac(bytes.subarray(18, 24)),
    targetIp: bytesToIp(bytes.subarray(24, 28)),
  };
}

/**
 * A frame that asks everybody for the MAC address of an IP address, as `arping` sends it.
 *
 * @param behind what the padding of the frame begins with
 */
export function arpRequestFrame(
  { senderMac, senderIp, targetIp }: Pick<Arp, 'senderMac' | 'senderIp' | 'targetIp'>,
  behind: Uint8Array = Buffer.alloc(0),
): Buffer {
  const request = encodeArp({ operation: 'request', senderMac, senderIp, targetMac: NO_MAC, targetIp });
  const payload = Buffer.concat([request, behind]);
  return encodeEthernet({ destination: BROADCAST_MAC, source: senderMac, etherType: ETHERTYPE.arp, payload });
}

/** The ARP in a frame; undefined for a frame of another kind. */
export function arpIn(frame: Buffer): Arp | undefined {
  const ethernet = decodeEthernet(frame);
  return ethernet?.etherType === ETHERTYPE.arp ? decodeArp(ethernet.payload) : undefined;
}
