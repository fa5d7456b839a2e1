import type { Interface } from '../../lab/index.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';

/** A packet at a hook: what a rule can ask about it. */
export interface HookedPacket {
  /** The whole frame. */
  bytes: Buffer;
  /** Bytes of the frame that are not known, from and to: in an answer that nobody saw, for example. */
  unknown: readonly (readonly [from: number, to: number])[];
  iif: Interface | undefined;
  oif: Interface | undefined;
  /** `ct state`, where it is for sure. */
  state: 'new' | 'established' | undefined;
}

const LINK_HEADER = 14;
const VLAN_TAGS = [0x8100, 0x88a8];

/** Where the headers of a frame begin; undefined where there is none, or that is not for sure. */
export function headersOf({ bytes }: HookedPacket): {
  etherType: number;
  network: number | undefined;
  transport: number | undefined;
  protocol: number | undefined;
} {
  const etherType = bytes.length >= LINK_HEADER ? bytes.readUInt16BE(12) : 0;
  const network = LINK_HEADER;
  // Of a VLAN's frame the kernel keeps the tag beside it, or not (skb_vlan_untag): what is where depends on that.
  if (VLAN_TAGS.includes(etherType))
    return { etherType, network: undefined, transport: undefined, protocol: undefined };
  if (etherType === ETHERTYPE.ipv4 && bytes.length >= network + 20) {
    const isFirst = (bytes.readUInt16BE(network + 6) & 0x1fff) === 0;
    return {
      etherType,
      network,
      transport: isFirst ? network + (bytes.readUInt8(network) & 0xf) * 4 : undefined,
      protocol: bytes.readUInt8(network + 9),
    };
  }
  if (etherType === ETHERTYPE.ipv6 && bytes.length >= network + 40) {
    const protocol = bytes.readUInt8(network + 6);
    // Behind extension headers (hop-by-hop options come with MLD) the kernel looks further than this does.
    const known = ![0, 43, 44, 50, 51, 60, 135].includes(protocol);
    return {
      etherType,
      network,
      transport: known ? network + 40 : undefined,
      protocol: known ? protocol : undefined,
    };
  }
  return { etherType, network, transport: undefined, protocol: undefined };
}

/** Bytes of a packet, from the beginning of its frame; undefined where they are not known or not there. */
export function bytesAt({ bytes, unknown }: HookedPacket, from: number, length: number): Buffer | undefined {
  const to = from + length;
  if (from < 0 || to > bytes.length || unknown.some(([start, end]) => start < to && from < end)) return undefined;
  return bytes.subarray(from, to);
}
