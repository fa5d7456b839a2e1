import { checksum } from './checksum.ts';
import { ETHERTYPE, encodeEthernet } from './ethernet.ts';
import { ipToBytes, isMulticastIp } from './ip-address.ts';
import { encodeIpv4, IP_PROTOCOL } from './ipv4.ts';
import { encodeIpv6, pseudoHeader } from './ipv6.ts';
import { BROADCAST_MAC, multicastMac4, multicastMac6 } from './mac-address.ts';
import { encodeUdp } from './udp.ts';
import { VLAN_PROTOCOL_NUMBERS } from './vlan-tag.ts';

/** A VLAN tag (IEEE 802.1Q-2018 clause 9.3). */
export interface TagDescription {
  /** 0 to 4095; a tag with 0 has only a priority. */
  id: number;
  /** 0 to 7. @default 0 */
  priority?: number;
  /** @default '802.1Q' */
  protocol?: '802.1Q' | '802.1ad';
}

/** A frame that a spec describes. Everything has a default. */
export interface FrameDescription {
  /** MAC address. @default the sender's */
  source?: string;
  /** MAC address. @default that of `ip.destination` if this is a group or broadcast, else the receiver's */
  destination?: string;
  /** The VLAN tags, the outermost first. A number is the id of an 802.1Q tag. @default none */
  vlan?: number | TagDescription | readonly (number | TagDescription)[];
  /** 1536 to 65535. @default IPv4's or IPv6's with `ip` or `udp`, else 0x88b5, IEEE's for experiments */
  etherType?: number;
  /** An IP packet. Addresses are those of the two ends by default. */
  ip?: {
    source?: string;
    destination?: string;
    /** TTL or hop limit, 0 to 255. @default 64 */
    ttl?: number;
    /** The protocol behind the header, 0 to 255. @default UDP's with `udp`, else 253, for experiments (RFC 3692) */
    protocol?: number;
  };
  /** A datagram, in an IP packet. Ports are 9 (discard) by default. */
  udp?: { sourcePort?: number; destinationPort?: number };
  /** The bytes after the headers. @default random bytes, by which hairpin recognizes the frame */
  payload?: string | Uint8Array;
}

/** What a description is completed with. */
interface FrameDefaults {
  source: string;
  destination: string;
  sourceIp: string | undefined;
  destinationIp: string | undefined;
  payload: Uint8Array;
}

/** RFC 3692 section 2.1. */
const EXPERIMENTAL_PROTOCOL = 253;
const DISCARD_PORT = 9;
const TTL = 64;
const ADDRESSES = 12;

/** The bytes of a frame that a spec describes, as a packet socket sends it. */
export function buildFrame(description: FrameDescription, defaults: FrameDefaults): Buffer {
  const { payload = defaults.payload, ip, udp } = description;
  const data = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const packet = ip || udp ? packetOf(description, data, defaults) : undefined;
  const frame = encodeEthernet({
    source: description.source ?? defaults.source,
    destination: description.destination ?? (packet && groupMac(packet.destination)) ?? defaults.destination,
    etherType: description.etherType ?? packet?.etherType ?? ETHERTYPE.experimental,
    payload: packet?.bytes ?? data,
  });
  return tagged(frame, tagsOf(description));
}

/** The tags of a description, the outermost first. */
function tagsOf({ vlan = [] }: FrameDescription): Required<TagDescription>[] {
  const all = [vlan].flat() as (number | TagDescription)[];
  return all.map((tag) => ({
    priority: 0,
    protocol: '802.1Q' as const,
    ...(typeof tag === 'number' ? { id: tag } : tag),
  }));
}

function packetOf({ ip = {}, udp }: FrameDescription, data: Uint8Array, defaults: FrameDefaults) {
  const destination = ip.destination ?? defaults.destinationIp ?? '';
  const source = ip.source ?? defaults.sourceIp ?? '';
  const protocol = ip.protocol ?? (udp ? IP_PROTOCOL.udp : EXPERIMENTAL_PROTOCOL);
  const ttl = ip.ttl ?? TTL;
  const datagram = udp && encodeUdp({ sourcePort: DISCARD_PORT, destinationPort: DISCARD_PORT, ...udp, payload: data });
  const payload = datagram ?? data;
  if (!destination.includes(':'))
    return {
      destination,
      etherType: ETHERTYPE.ipv4,
      bytes: encodeIpv4({ source, destination, protocol, ttl, payload }),
    };
  const packet = { source, destination, nextHeader: protocol, hopLimit: ttl, payload };
  // IPv6 allows no datagram without a checksum (RFC 8200 section 8.1); 0 stands for none.
  datagram?.writeUInt16BE(checksum(pseudoHeader(packet), datagram) || 0xffff, 6);
  return { destination, etherType: ETHERTYPE.ipv6, bytes: encodeIpv6(packet) };
}

function groupMac(address: string): string | undefined {
  if (address === '255.255.255.255') return BROADCAST_MAC;
  if (!isMulticastIp(address)) return undefined;
  return address.includes(':') ? multicastMac6(ipToBytes(address)) : multicastMac4(address);
}

function tagged(frame: Buffer, tags: readonly Required<TagDescription>[]): Buffer {
  const bytes = tags.flatMap(({ id, priority, protocol }) => {
    const type = VLAN_PROTOCOL_NUMBERS[protocol];
    return [type >> 8, type & 0xff, (priority << 5) | (id >> 8), id & 0xff];
  });
  return Buffer.concat([frame.subarray(0, ADDRESSES), Buffer.from(bytes), frame.subarray(ADDRESSES)]);
}
