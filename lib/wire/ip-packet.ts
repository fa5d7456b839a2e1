import { decodeEthernet, ETHERTYPE } from './ethernet.ts';
import type { Family } from './ip-address.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';

/** An IP packet of either version, as far as both have the same. */
export interface IpPacket {
  family: Family;
  source: string;
  destination: string;
  protocol: number;
  payload: Buffer;
}

/** The IP packet in a frame; undefined for what has none. */
export function ipPacketOf(bytes: Buffer): IpPacket | undefined {
  const frame = decodeEthernet(bytes);
  const v4 = frame?.etherType === ETHERTYPE.ipv4 ? decodeIpv4(frame.payload) : undefined;
  if (v4) return { family: 4, ...v4 };
  const v6 = frame?.etherType === ETHERTYPE.ipv6 ? decodeIpv6(frame.payload) : undefined;
  return (
    v6 && { family: 6, source: v6.source, destination: v6.destination, protocol: v6.nextHeader, payload: v6.payload }
  );
}
