import { PACKET_HOST } from '../../kernel/constants.ts';
import { deviceAt } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Hop, Interface, Namespace } from '../../lab/index.ts';
import { stateIfThere } from '../../lab/interface-state.ts';
import { kindOf } from '../../links/registry.ts';
import { vxlan } from '../../links/vxlan.ts';
import type { Cause } from '../../model/cause.ts';
import type { Device } from '../../model/network.ts';
import { type Ends, endsOf, fdbAddress, isExternal, tunnelHeader, whyNotTaken } from '../../model/tunnel.ts';
import type { VniRange } from '../../model/tunnel-lookup.ts';
import { bridgeVni } from '../../netlink/bridge/bridge-vni.ts';
import { missedPassage } from '../../trace/far-end.ts';
import { forwards } from '../../trace/forwards.ts';
import { type OuterWay, outerWays } from '../../trace/outer-packet.ts';
import { hasAddress } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { couldGoOn } from '../../trace/place.ts';
import type { TracedPacket } from '../../trace/rules/follow-packets.ts';
import { filteringIn } from '../../trace/rules/rule-traces.ts';
import { contains, isMulticastIp } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { bytesToMac } from '../../wire/mac-address.ts';
import { outerPacketOf } from '../../wire/tunnel-header.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { modelled } from './by-model.ts';
import { linkCause } from './link.ts';
import { neighbourCause } from './neighbour.ts';
import { otherHostCause } from './other-host.ts';
import { reversePathCause } from './reverse-path.ts';
import { hasSeveralHops, routeFor } from './route.ts';
import { takerCause } from './taker.ts';

/** What kept an outer packet, whose way is known, from the host that has an address. */
export type FollowOuter = (path: Hop, goal: string) => Cause | undefined;

/**
 * Why a frame did not come out at the other end of a tunnel that was given it. Undefined where it went to several ends, of which
 * nobody knows the right one.
 *
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function lostInTunnel(path: Hop, since: bigint, follow: FollowOuter): CauseAt | undefined {
  const [end, another] = endsInTunnels(path);
  if (!end || another) return undefined;
  const cause = causeBehind(end, since, follow);
  return cause && { hop: end, cause };
}

/**
 * Why a frame did not come out at that other end of a tunnel by which its goal is reached. A tunnel may have several ends, and what
 * came out at the others counts for nothing.
 */
export function lostInPassage(
  path: Hop,
  to: Interface | Namespace,
  since: bigint,
  follow: FollowOuter,
): CauseAt | undefined {
  const passage = missedPassage(path, to);
  if (!passage) return undefined;
  const { end, far } = passage;
  const cause = causeBehind(end, since, follow, far);
  return cause && { hop: end, cause };
}

/** As {@link lostInTunnel}, if no copy of the frame is left that could go another way. Cables may seem to lead to its goal besides. */
export function lostInOnlyTunnel(path: Hop, since: bigint, follow: FollowOuter): CauseAt | undefined {
  const [end, another] = endsInTunnels(path);
  if (!end || another) return undefined;
  const others = hopsOf(path).filter((hop) => hop.next.length === 0 && hop !== end);
  const areOver = others.every((hop) => {
    const { at, direction, packetType } = hop.frame;
    if (direction === 'in' && packetType === PACKET_HOST) return false;
    return at.namespace === end.frame.at.namespace || !(couldGoOn(hop) || forwards(at.namespace));
  });
  return areOver ? lostInTunnel(path, since, follow) : undefined;
}

/**
 * The rule that took the outer packets of the tunnel in which a path ends, as the kernel tells it: in the host where the outer packet
 * was seen last, or in that of the tunnel, where it was not seen to leave.
 */
export function takenOuter(
  path: Hop,
  packets: readonly TracedPacket[],
  goal: Interface | Namespace | undefined,
): CauseAt | undefined {
  if (packets.length === 0) return undefined;
  const [only, another] = endsInTunnels(path);
  const passage = goal && missedPassage(path, goal);
  const end = passage?.end ?? (another ? undefined : only);
  const sender = end && modelled(end.frame.at);
  const header = sender && tunnelHeader(sender.link);
  if (!end || !sender || !header) return undefined;
  const [way, other] = waysTo(passage?.far, outerWays(end, header));
  const [last, copy] = way ? hopsOf(way.path).filter(({ next }) => next.length === 0) : [end];
  const to = way ? way.outer.destination : soleEnd(endsTo(passage?.far, sender, end))?.remote;
  if (other || copy || !last || to === undefined) return undefined;
  const { namespace } = last.frame.at;
  const isLike = ({ frame, iif }: TracedPacket['seen'][number]) => {
    const outer = outerPacketOf(frame, header);
    if (!outer || outer.destination !== to) return false;
    return way
      ? outer.source === way.outer.source && outer.id === way.outer.id && outer.key === way.outer.key
      : iif === undefined;
  };
  const taken = packets.find((each) => each.namespace === namespace && each.taker && each.seen.some(isLike));
  return taken?.taker && { hop: end, cause: takerCause(namespace, taken.taker, { is: 'outer packet' }) };
}

/** Where a path ends in a tunnel. */
function endsInTunnels(path: Hop): Hop[] {
  return hopsOf(path).filter(({ frame: { at, direction }, next, again }) => {
    const device = direction === 'out' && next.length === 0 && !again ? modelled(at) : undefined;
    return device !== undefined && tunnelHeader(device.link) !== undefined;
  });
}

/** @param far the other end that counts, if it is known */
function causeBehind(end: Hop, since: bigint, follow: FollowOuter, far?: Interface): Cause | undefined {
  const sender = modelled(end.frame.at);
  const header = sender && tunnelHeader(sender.link);
  const [way, another] = header ? waysTo(far, outerWays(end, header)) : [];
  if (!sender || !header || another) return undefined;
  if (!way) return unsentCause(end, sender, since, far);
  const { outer, path } = way;
  const here = hopsOf(path).filter(
    ({ frame: { at, direction } }) => direction === 'in' && !at.isPort && hasAddress(at.namespace, outer.destination),
  );
  if (here.length === 0) return isMulticastIp(outer.destination) ? undefined : follow(path, outer.destination);
  const arrival = here.find(({ frame: { packetType } }) => packetType === PACKET_HOST)?.frame.at;
  if (!arrival) return here[0] && otherHostCause(here[0].frame);
  // A program may take the packet first.
  if (modelled(arrival)?.link.xdp) return undefined;
  return (
    reversePathCause(arrival, outer.source) ?? whyNotTaken(sender, arrival.namespace.name, outer, listVnis(arrival))
  );
}

/** The VNIs that a vxlan of a host has in its list; none where it has no list. */
function listVnis({ namespace }: Interface): (device: Device) => VniRange[] {
  const { rtnetlink } = engineOf(namespace);
  return ({ link, index }) =>
    vxlan.is(link) && vxlan.of(link).vnifilter
      ? rtnetlink
          .list(bridgeVni.all({ device: index }))
          .flat()
          .filter(({ device }) => device === index)
      : [];
}

/** Why a tunnel sent no outer packet: its host has no way to the other end, or not the address to send from. */
function unsentCause(hop: Hop, sender: Device, since: bigint, far: Interface | undefined): Cause | undefined {
  const { at } = hop.frame;
  const ends = isExternal(sender.link) ? endsByRoute(hop) : endsTo(far, sender, hop);
  const end = soleEnd(ends);
  if (!end) return far && ends?.length === 0 ? otherRemote(hop, sender, far) : undefined;
  const { remote: to, local } = end;
  const { namespace } = at;
  // ip_route_output_key_hash_rcu, ip6_tnl_xmit_ctl
  if (local !== undefined && !hasAddress(namespace, local))
    return { code: 'address.elsewhere', facts: { namespace: namespace.name, address: local } };
  const { route, cause } = routeFor(namespace, to);
  if (cause) return cause.code === 'route.none' ? (goneWithLink(namespace, to) ?? cause) : cause;
  const by = route && deviceAt(namespace, route.device);
  // A tunnel that leads into itself.
  if (!by || by === at || hasSeveralHops(namespace, to)) return undefined;
  return linkCause(by) ?? neighbourCause(namespace, to, since);
}

/**
 * A vxlan has other ends for the frame, and none of them is the host of the one that leads to the goal. Where an outer packet passed a
 * packet filter, that may have translated its destination.
 */
function otherRemote(hop: Hop, sender: Device, far: Interface): Cause | undefined {
  const header = kindOf(sender.link)?.description.keepsFdb ? tunnelHeader(sender.link) : undefined;
  if (!header) return undefined;
  const filtering = filteringIn(far.namespace.lab);
  const passed = outerWays(hop, header).flatMap(({ path }) => hopsOf(path));
  if (passed.some(({ frame: { at } }) => filtering.includes(at.namespace))) return undefined;
  const mac = bytesToMac(hop.frame.bytes.subarray(0, 6));
  const remotes = (endsOf(sender, mac) ?? []).map(({ remote }) => remote);
  if (remotes.length === 0) return undefined;
  const by = fdbAddress(sender, mac);
  return { code: 'vxlan.other-remote', facts: { device: sender.name, mac, by, remotes, wanted: deviceName(far) } };
}

/** Where an `external` tunnel sends a packet to, if a route of its host says so (`encap`). */
function endsByRoute({ frame: { at, bytes } }: Hop): readonly Ends[] | undefined {
  const packet = ipPacketOf(bytes);
  const { route } = packet ? routeFor(at.namespace, packet.destination) : {};
  const [only, another] = route?.nextHops ?? [];
  const said = another ? undefined : (only?.encap?.ip ?? only?.encap?.ip6);
  return said && [{ remote: said.dst, local: said.src }];
}

/** The outer packets for the host of one end, or all of them if no end is wanted. */
function waysTo(far: Interface | undefined, ways: readonly OuterWay[]): readonly OuterWay[] {
  return far ? ways.filter(({ outer }) => hasAddress(far.namespace, outer.destination)) : ways;
}

/** The same of the ends that a tunnel has for a frame. */
function endsTo(far: Interface | undefined, sender: Device, { frame: { bytes } }: Hop): readonly Ends[] | undefined {
  const ends = endsOf(sender, bytesToMac(bytes.subarray(0, 6)));
  return far ? ends?.filter(({ remote }) => hasAddress(far.namespace, remote)) : ends;
}

function soleEnd(ends: readonly Ends[] | undefined): Ends | undefined {
  return ends?.length === 1 ? ends[0] : undefined;
}

/** With a link its routes have gone (`fib_disable_ip`). */
function goneWithLink({ interfaces }: Namespace, to: string): Cause | undefined {
  const device = interfaces.find(
    (each) => stateIfThere(each)?.up === false && each.address.list().some((own) => contains(own, to)),
  );
  return device && { code: 'link.down', facts: { device: deviceName(device), routes: true } };
}
