import { ETHERTYPE } from '../../wire/ethernet.ts';
import type { Hook } from './hooks.ts';
import type { HookedPacket } from './packet.ts';

/** A packet as it came into a namespace, or is to leave it: without the devices, which each hook has. */
export type FilteredPacket = Omit<HookedPacket, 'iif' | 'oif'>;

/** The packet as it is at a hook: what a router or a host does to it on the way there is done. */
export function packetAt({ layer, iif, oif, by }: Hook, packet: FilteredPacket): HookedPacket {
  const hooked = { ...packet, iif, oif };
  if (!by || etherTypeOf(packet.bytes) === ETHERTYPE.arp) return hooked;
  const passed = by === 'router' ? oneHopLess(hooked) : hooked;
  // Whose MAC addresses a packet gets is known behind the hooks of IP (neigh_resolve_output): before that, one that is
  // passed on has those that it came with, and one of the host's own has no header of that kind.
  const changed: [from: number, to: number] | undefined =
    layer === 'device' ? [0, MAC_ADDRESSES] : by === 'host' ? [0, LINK_HEADER] : undefined;
  return changed ? { ...passed, unknown: [...passed.unknown, changed] } : passed;
}

const MAC_ADDRESSES = 12;
const LINK_HEADER = 14;
/** From the beginning of the frame. */
const TTL = LINK_HEADER + 8;
const CHECKSUM = LINK_HEADER + 10;
const HOP_LIMIT = LINK_HEADER + 7;

/** `ip_forward` and `ip6_forward` count before they ask `NF_INET_FORWARD`. */
function oneHopLess(packet: HookedPacket): HookedPacket {
  const etherType = etherTypeOf(packet.bytes);
  const at = etherType === ETHERTYPE.ipv4 ? TTL : etherType === ETHERTYPE.ipv6 ? HOP_LIMIT : undefined;
  const hops = at === undefined ? undefined : packet.bytes[at];
  if (at === undefined || !hops) return packet;
  const bytes = Buffer.from(packet.bytes);
  bytes.writeUInt8(hops - 1, at);
  const unknown = at === TTL ? [...packet.unknown, [CHECKSUM, CHECKSUM + 2] as const] : packet.unknown;
  return { ...packet, bytes, unknown };
}

function etherTypeOf(bytes: Buffer): number | undefined {
  return bytes.length >= LINK_HEADER ? bytes.readUInt16BE(12) : undefined;
}
