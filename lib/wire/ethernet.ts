import { bytesToMac, macToBytes } from './mac-address.ts';

/** `experimental` is for use within a network, by anybody (IEEE 802-2014 clause 9.2.4): no stack has a use for it. */
export const ETHERTYPE = {
  ...{ ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd, experimental: 0x88b5, lldp: 0x88cc, macsec: 0x88e5 },
} as const;

const HEADER = 14;
/** The shortest payload: with the header, and without the FCS, a frame has 60 bytes at the least (IEEE 802.3 clause 4.4.2). */
export const SHORTEST_PAYLOAD = 46;

interface EthernetFrame {
  destination: string;
  source: string;
  etherType: number;
  payload: Uint8Array;
}

interface DecodedEthernet extends EthernetFrame {
  payload: Buffer;
}

/** A frame as a packet socket sends it: padded to 60 bytes, without the FCS. */
export function encodeEthernet({ destination, source, etherType, payload }: EthernetFrame): Buffer {
  const frame = Buffer.alloc(HEADER + Math.max(SHORTEST_PAYLOAD, payload.length));
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
