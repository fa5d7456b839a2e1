import { entryOf } from '../base/entry-of.ts';
import { PACKET_HOST, PACKET_OTHERHOST } from '../kernel/constants.ts';
import { type Hop, type Interface, isBridge, type Namespace } from '../lab/index.ts';
import { isRoutedGroup } from '../wire/ip-address.ts';
import { packetBehindTags } from '../wire/ip-packet.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { expectedWay, type Step } from './expected-way.ts';
import { forwards } from './forwards.ts';
import { hopsOf, hopsTo } from './path.ts';
import { tunnelEnds } from './tunnel-ends.ts';

/** Where a frame was last seen on a way to its goal, and the step that it did not take from there; without one it had arrived. */
export interface Place {
  hop: Hop;
  step?: { here: Step; next: Step };
  /** The way from there, with the place itself. */
  way?: readonly Step[];
}

/**
 * The places, of those where a frame was seen, from which it had the least way left to go. A lab may have several ways
 * to a goal, and which of them a frame took is for routes, spanning tree and the switches' tables to say: so it is the
 * frame that is followed. Of a flood several places may be as near. Hosts are no way where routers are.
 *
 * @returns none where no way leads to the goal
 */
export function placesNearest(path: Hop, to: Interface | Namespace): Place[] {
  const routers = new Map<Namespace, boolean>();
  const isRouter = (namespace: Namespace) => entryOf(routers, namespace, () => forwards(namespace));
  const places = placesOf(path, to, isRouter);
  return places.length > 0 ? places : placesOf(path, to);
}

/** The same where no cable leads to the goal, and tunnels may. */
export function placesByTunnels(path: Hop, to: Interface | Namespace): Place[] {
  return placesOf(path, to, forwards, tunnelEnds);
}

function placesOf(
  path: Hop,
  to: Interface | Namespace,
  isRouter?: (namespace: Namespace) => boolean,
  endsOf?: (tunnel: Interface) => readonly Interface[],
): Place[] {
  const { bytes, at } = path.frame;
  const goal = {
    ...{ to, sender: at.namespace, routed: isPacket(bytes) },
    ...(isRouter ? { isRouter } : {}),
    ...(endsOf ? { endsOf } : {}),
  };
  const left = isRouter ? leftBehind(path, isRouter) : new Set();
  const ways = hopsOf(path)
    .filter((hop) => couldGoOn(hop) && !left.has(hop))
    .flatMap((hop) => {
      const way = expectedWay({ at: hop.frame.at, direction: hop.frame.direction }, goal);
      return way ? [{ hop, way }] : [];
    });
  const least = Math.min(...ways.map(({ way }) => way.length));
  return ways
    .filter(({ way }) => way.length === least)
    .map(({ hop, way }) => {
      const [here, next] = way;
      return { hop, way, ...(here && next ? { step: { here, next } } : {}) };
    });
}

/** What is behind a frame for one MAC address that came to the router that has it: where it was before is done. */
function leftBehind(path: Hop, isRouter: (namespace: Namespace) => boolean): Set<unknown> {
  const isForOne = ({ bytes }: Hop['frame']) => !isGroupMac(bytes.toString('hex', 0, 6));
  const arrived = hopsTo(path, ({ frame }) => {
    const { at, direction, packetType } = frame;
    const isHost = !at.isPort && !isBridge(at) && at.children.size === 0;
    return isHost && direction === 'in' && packetType === PACKET_HOST && isForOne(frame) && isRouter(at.namespace);
  });
  return new Set(arrived.slice(0, -1));
}

/** A question for a neighbour, and whatever else is for all on a link, stays there. */
export function isPacket(bytes: Buffer): boolean {
  const packet = packetBehindTags(bytes);
  if (!packet) return false;
  return isRoutedGroup(packet.destination) || !isGroupMac(bytes.toString('hex', 0, 6));
}

/** A host that is handed what is for another's MAC address passes nothing on (`ip_rcv`); parents and switches do. */
export function couldGoOn({ frame: { at, direction, packetType }, again }: Hop): boolean {
  if (again) return false;
  const isLower = at.isPort || isBridge(at) || at.children.size > 0;
  return direction === 'out' || isLower || packetType !== PACKET_OTHERHOST;
}
