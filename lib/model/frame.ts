import { type Arp, decodeArp } from '../wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../wire/ethernet.ts';
import { type IpPacket, ipPacketOf } from '../wire/ip-packet.ts';
import { BROADCAST_MAC, isGroupMac } from '../wire/mac-address.ts';
import { type VlanTag, vlanTagsOf, withoutVlanTags } from '../wire/vlan-tag.ts';
import type { CauseOf } from './cause.ts';

/** An Ethernet frame, as far as it decides who gets it. */
export interface Frame {
  readonly source: string;
  readonly destination: string;
  /** The outermost first. */
  readonly tags: readonly VlanTag[];
  /** Of what is behind the tags. */
  readonly etherType: number;
  /** Bytes behind the Ethernet header and the tags. */
  readonly length: number;
  readonly arp?: Arp | undefined;
  readonly packet?: IpPacket | undefined;
  /** Of the packet: the routers that it may still pass. */
  readonly hopLimit?: number | undefined;
  /** Of an IPv4 packet without DF. */
  readonly mayFragment?: boolean | undefined;
  /** As a bridge gives it to an `external` tunnel: the identifier that it is to be sent with, or why there is none. */
  readonly tunnel?: number | NoTunnel | undefined;
}

type NoTunnel = Omit<CauseOf<'bridge.no-tunnel'>['facts'], 'port'>;

/** How the kernel sorts a received frame by its destination (`eth_type_trans`). IP drops `otherhost`. */
export type PacketType = 'host' | 'broadcast' | 'multicast' | 'otherhost';

/**
 * Reads a frame from its bytes. Undefined for what is too short to be one.
 *
 * @param length of the frame as it was on the wire, if the bytes were cut off
 */
export function readFrame(bytes: Buffer, length = bytes.length): Frame | undefined {
  const untagged = withoutVlanTags(bytes);
  const ethernet = decodeEthernet(untagged);
  if (!ethernet) return undefined;
  const { source, destination, etherType, payload } = ethernet;
  return {
    ...{ source, destination, tags: vlanTagsOf(bytes), etherType },
    length: payload.length + length - bytes.length,
    arp: etherType === ETHERTYPE.arp ? decodeArp(payload) : undefined,
    packet: ipPacketOf(untagged),
    ...limitsOf(etherType, payload),
  };
}

/** Bytes of the headers of IP (RFC 791 section 3.1, RFC 8200 section 3). */
function limitsOf(etherType: number, packet: Buffer): Pick<Frame, 'hopLimit' | 'mayFragment'> {
  if (etherType === ETHERTYPE.ipv6) return { hopLimit: packet[7], mayFragment: false };
  return etherType === ETHERTYPE.ipv4
    ? { hopLimit: packet[8], mayFragment: ((packet[6] ?? 0) & DONT_FRAGMENT) === 0 }
    : {};
}

const DONT_FRAGMENT = 0x40;

/** The type that a frame has for a device with this MAC address. */
export function packetType({ destination }: Frame, mac: string): PacketType {
  if (destination === mac) return 'host';
  return isGroupMac(destination) ? groupType(destination) : 'otherhost';
}

export function groupType(destination: string): 'broadcast' | 'multicast' {
  return destination === BROADCAST_MAC ? 'broadcast' : 'multicast';
}

/**
 * Bytes that the kernel compares with an MTU. It keeps the outermost tag beside the frame, where it does not count
 * (`__vlan_hwaccel_put_tag`, `skb_vlan_untag`).
 */
export function sizeOf({ length, tags }: Frame): number {
  return length + 4 * Math.max(0, tags.length - 1);
}
