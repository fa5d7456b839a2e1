import { decodeEthernet, ETHERTYPE } from './ethernet.ts';
import { type Family, ipToBytes } from './ip-address.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { vlanTagsOf, withoutVlanTags } from './vlan-tag.ts';

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

/** The same in a frame that may have VLAN tags. */
export function packetBehindTags(bytes: Buffer): IpPacket | undefined {
  return ipPacketOf(withoutVlanTags(bytes));
}

/** A frame whose IP packet has another destination. Its checksums stay as they were. */
export function withDestination(bytes: Buffer, destination: string): Buffer {
  const address = ipToBytes(destination);
  const header = 14 + 4 * vlanTagsOf(bytes).length;
  const changed = Buffer.from(bytes);
  address.copy(changed, header + (address.length === 4 ? 16 : 24));
  return changed;
}
