import { bytesToMac, macToBytes } from './mac-address.ts';

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** The shortest frame, without the FCS (IEEE 802.3 clause 4.4.2). */
const SHORTEST = 60;
const HEADER = 14;

export interface EthernetFrame {
  destination: string;
  source: string;
  etherType: number;
  payload: Uint8Array;
}

export interface DecodedEthernet extends EthernetFrame {
  payload: Buffer;
}

/** A frame as a packet socket sends it: padded to 60 bytes, without the FCS. */
export function encodeEthernet({ destination, source, etherType, payload }: EthernetFrame): Buffer {
  const frame = Buffer.alloc(Math.max(SHORTEST, HEADER + payload.length));
  macToBytes(destination).copy(frame, 0);
  macToBytes(source).copy(frame, 6);
  frame.writeUInt16BE(etherType, 12);
  frame.set(payload, HEADER);
  return frame;
}

/** A header without addresses, for a packet of a device that has none: all who read frames know Ethernet. */
export function bareHeader(etherType: number): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(etherType, 12);
  return header;
}

/** Undefined for what is too short to be a frame. The payload keeps its padding. */
export function decodeEthernet(frame: Buffer): DecodedEthernet | undefined {
  if (frame.length < HEADER) return undefined;
  return {
    destination: bytesToMac(frame.subarray(0, 6)),
    source: bytesToMac(frame.subarray(6, 12)),
    etherType: frame.readUInt16BE(12),
    payload: frame.subarray(HEADER),
  };
}
