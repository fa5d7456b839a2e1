import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import { Bridge, type Interface, type Namespace, Port } from '../lab/index.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { expectedWay, type Step } from './expected-way.ts';
import { type Hop, hopsOf } from './path.ts';

/** Where a frame was last seen on a way to its goal, and the step that it did not take from there; without one it had arrived. */
export interface Place {
  hop: Hop;
  step?: { here: Step; next: Step };
}

/**
 * The places, of those where a frame was seen, from which it had the least way left to go. A lab may have several ways
 * to a goal, and which of them a frame took is for routes, spanning tree and the switches' tables to say: so it is the
 * frame that is followed. Of a flood several places may be as near.
 *
 * @returns none where no way leads to the goal
 */
export function placesNearest(path: Hop, to: Interface | Namespace): Place[] {
  const { bytes, at } = path.frame;
  const goal = { to, sender: at.namespace, routed: isPacket(bytes) };
  const ways = hopsOf(path)
    .filter(couldGoOn)
    .flatMap((hop) => {
      const way = expectedWay({ at: hop.frame.at, direction: hop.frame.direction }, goal);
      return way ? [{ hop, way }] : [];
    });
  const least = Math.min(...ways.map(({ way }) => way.length));
  return ways
    .filter(({ way }) => way.length === least)
    .map(({ hop, way: [here, next] }) => ({ hop, ...(here && next ? { step: { here, next } } : {}) }));
}

/** A question for a neighbour, and whatever else is for a group, stays on its link. */
function isPacket(bytes: Buffer): boolean {
  return ipPacketOf(withoutVlanTags(bytes)) !== undefined && !isGroupMac(bytes.toString('hex', 0, 6));
}

/** A host that is handed what is for another's MAC address passes nothing on (`ip_rcv`); parents and switches do. */
function couldGoOn({ frame: { at, direction, packetType }, again }: Hop): boolean {
  if (again) return false;
  const isLower = at instanceof Port || at instanceof Bridge || at.children.size > 0;
  return direction === 'out' || isLower || packetType !== PACKET_OTHERHOST;
}
