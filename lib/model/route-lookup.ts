import { type Route, TABLE_MAIN } from '../netlink/routing/route.ts';
import type { NextHop } from '../netlink/routing/route-hops.ts';
import { vrfOf } from '../state/find-link.ts';
import { contains, familyOf } from '../wire/ip-address.ts';
import type { Cause, DeviceName } from './cause.ts';
import type { Host } from './network.ts';

/** What the routes of a host say of a destination. */
export type Lookup =
  | { kind: 'hop'; device: number; via: string | undefined; mtu: number | undefined }
  | { kind: 'local' }
  | { kind: 'none'; cause: Cause }
  | { kind: 'unknown'; why: string };

/** What decides over a route beside the destination. */
interface Flow {
  /** ifindex of the device that the packet has to leave by. */
  by?: number;
  /** ifindex of the device that it came in by. */
  from?: number;
}

/** Asks the routing policy and its tables (`fib_lookup`, `fib6_rule_lookup`). */
export function lookUpRoute(host: Host, to: string, { by: bound, from }: Flow = {}): Lookup {
  // l3mdev_update_flow: a device of a VRF means the VRF; the VRF itself means any device of it.
  const domain = vrfOf(host, bound ?? from);
  const by = bound === domain?.index ? undefined : bound;
  const rules = host.rules.filter(({ family }) => family === familyOf(to));
  // They look at more than the destination: source, mark, device.
  if (rules.some(({ isPlain, isOfVrfs }) => !isPlain && !isOfVrfs))
    return { kind: 'unknown', why: `${host.name} has rules of its own (ip rule)` };
  for (const { table: own, isOfVrfs } of rules) {
    const table = isOfVrfs ? domain?.table : own;
    if (table === undefined) continue;
    const route = best(
      host,
      host.routes.filter((each) => each.table === table && contains(each.to, to)),
      by,
    );
    if (route && route.type !== 'throw') return judge(host, route);
  }
  // ip_route_output_key_hash_rcu: with a device given the destination is taken to be on its link.
  if (by !== undefined) return { kind: 'hop', device: by, via: undefined, mtu: undefined };
  const vrf = domain && { device: nameOf(host, domain.index), table: domain.table };
  const facts = { namespace: host.name, to, ...(vrf ? { vrf } : {}) };
  return { kind: 'none', cause: { code: 'route.none', facts } };
}

function nameOf({ name, links }: Host, index: number): DeviceName {
  return `${name}/${links.find((link) => link.index === index)?.name}`;
}

/** The longest prefix; of those the least metric. A route by a device that is down is dead (`fib_sync_down_dev`). */
function best(host: Host, routes: readonly Route[], by: number | undefined): Route | undefined {
  const isUp = (index: number | undefined) => host.links.find((link) => link.index === index)?.up === true;
  return routes
    .filter(({ type, device, nextHops, nexthopId }) => {
      if (type !== 'unicast' || nexthopId !== undefined || nextHops.length > 1)
        return by === undefined || device === by;
      return by === undefined ? isUp(device) : device === by && isUp(device);
    })
    .toSorted((one, other) => other.to.length - one.to.length || (one.metric ?? 0) - (other.metric ?? 0))
    .at(0);
}

function judge(host: Host, route: Route): Lookup {
  const { type, to, mtu } = route;
  const vague = whyUnknown(host, route);
  if (vague) return { kind: 'unknown', why: vague };
  const facts = { namespace: host.name, route: routeWords(route) };
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit')
    return { kind: 'none', cause: { code: `route.${type}`, facts } };
  if (type !== 'unicast') return { kind: 'local' };
  const hop = hopOf(host, route);
  if (!hop) return { kind: 'none', cause: { code: 'route.blackhole', facts } };
  return hop.device === undefined
    ? { kind: 'unknown', why: `${host.name} has a route to ${to.address} without a device` }
    : { kind: 'hop', device: hop.device, via: hop.via, mtu };
}

/**
 * A route that leads nowhere, in the words by which `ip route del` finds it. One with a nexthop object is shown as a blackhole
 * (`fib_dump_info`), and yet its own type is `unicast`.
 */
export function routeWords({ type, to, table, nexthopId }: Route): string {
  const target = `${to.address}/${to.length}`;
  const words = nexthopId === undefined ? [type, target] : [target, 'nhid', nexthopId];
  return [...words, ...(table === TABLE_MAIN ? [] : ['table', table])].join(' ');
}

/** The next hop of a route, or of the nexthop object that it names; undefined: that drops what it is given. */
function hopOf(host: Host, { via, device, nexthopId }: Route): Pick<NextHop, 'via' | 'device'> | undefined {
  if (nexthopId === undefined) return { via, device };
  const object = nexthopOf(host, nexthopId);
  return object?.blackhole ? undefined : { via: object?.via, device: object?.device };
}

/** A nexthop object. A group of one is as its member (`nexthop_is_blackhole`). */
function nexthopOf({ nexthops }: Host, wanted: number | undefined): Host['nexthops'][number] | undefined {
  const object = nexthops.find(({ id }) => id === wanted);
  const [member, another] = object?.group ?? [];
  return member && !another ? nexthops.find(({ id }) => id === member.id) : object;
}

function whyUnknown(host: Host, { to, nextHops, nexthopId, tos, from, encapsulates }: Route): string | undefined {
  if (nextHops.length > 1 || (nexthopOf(host, nexthopId)?.group.length ?? 0) > 0)
    return `${host.name} has several next hops to ${to.address}`;
  if (tos !== 0 || from || encapsulates) return `the route of ${host.name} to ${to.address} is not for every packet`;
  return undefined;
}
