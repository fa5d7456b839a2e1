import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Lab, Namespace } from '../lab/index.ts';
import { bridgeFdb } from '../netlink/routing/neighbour.ts';
import { ipNexthop, type Nexthop, RESILIENT } from '../netlink/routing/nexthop.ts';
import { ipNexthopBucket } from '../netlink/routing/nexthop-bucket.ts';
import { ipRoute, type Route } from '../netlink/routing/route.ts';
import { dividesProbes, ipRule } from '../netlink/routing/rule.ts';
import { FAMILIES } from '../wire/ip-address.ts';
import { usesRoutes } from './forwards.ts';
import { MOST_PROBES, probesUntil } from './impaired-links.ts';

/** Whether a host chooses routes by the source port of a probe, which is another each time, or by the port that its answer goes to. */
export function routesByGivenPort(namespace: Namespace): boolean {
  if (!usesRoutes(namespace)) return false;
  const { rtnetlink } = engineOf(namespace);
  return FAMILIES.flatMap((family) => rtnetlink.list(ipRule.all({ family }))).some(dividesProbes);
}

/**
 * How many probes show whether a host lets any pass that shares its packets out among several next hops, by addresses or ports
 * (`fib_multipath_hash_policy`): the next hop with the least weight may be the only good one. A vxlan shares its frames out among the remote ends
 * of a group in the same way (`vxlan_fdb_nh_path_select`). 0 where no host does; what a program of a route does is not known.
 */
export function probesOfRoutes(namespace: Namespace): number {
  const groups = engineOf(namespace).rtnetlink.list(ipNexthop.all());
  const ofRemotes = groups.filter(({ fdb }) => fdb).map((group) => probesOf(sharesOf(namespace, group)));
  if (!usesRoutes(namespace)) return Math.max(0, ...ofRemotes);
  const enough = (route: Route) => (mayHaveProgram(route) ? 1 : probesOf(weightsOf(namespace, route, groups)));
  return Math.max(0, ...ofRemotes, ...routesOf(namespace).map(enough));
}

/** Whether a device shares its frames out among several remote ends, as a vxlan does with an entry of a nexthop group. */
export function hasGroupOfRemotes({ namespace, index }: Interface): boolean {
  const entries = engineOf(namespace).rtnetlink.list(bridgeFdb.all({ device: index }));
  return entries.some((entry) => entry.device === index && entry.nhid !== undefined);
}

/** Whether a route of a namespace gives its packets to a program (`encap bpf`), which may drop one now and let it pass a second later. */
export function mayRememberAtRoutes(namespace: Namespace): boolean {
  return usesRoutes(namespace) && routesOf(namespace).some(mayHaveProgram);
}

function routesOf(namespace: Namespace): Route[] {
  const { rtnetlink } = engineOf(namespace);
  return FAMILIES.flatMap((family) => rtnetlink.list(ipRoute.all({ family })));
}

/** Whether a route wraps packets in what hairpin does not know: perhaps a program does it. */
function mayHaveProgram({ encapsulates, nextHops }: Route): boolean {
  return encapsulates && nextHops.every(({ encap }) => encap === undefined);
}

/** Why no answer to many probes proves nothing: a next hop gets too few of them. Undefined where none does. */
export function doubtOfNextHops(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const sharing = lab.namespaces.find((namespace) => probesOfRoutes(namespace) > MOST_PROBES);
  return (
    sharing &&
    `a route of ${sharing} gives some next hop so few packets that ${MOST_PROBES} probes without an answer prove nothing`
  );
}

function weightsOf(namespace: Namespace, { nextHops, nexthopId, device }: Route, groups: readonly Nexthop[]): number[] {
  if (nexthopId === undefined) return nextHops.map(({ weight }) => weight);
  if (device && nextHops.length === 1) return [];
  // Of a nexthop object, a route may not tell the members (nexthop_compat_mode).
  const group = groups.find(({ id }) => id === nexthopId);
  return group ? sharesOf(namespace, group) : [];
}

function sharesOf(namespace: Namespace, { id, groupType, group }: Nexthop): number[] {
  return groupType === RESILIENT ? bucketsOf(namespace, id) : group.map(({ weight }) => weight);
}

/**
 * How many buckets each member of a resilient group has. They may be far from the weights: a bucket in use stays with its member
 * (`nh_res_bucket_should_migrate`).
 */
function bucketsOf(namespace: Namespace, id: number): number[] {
  const counts = new Map<number, number>();
  for (const { bucket } of engineOf(namespace).rtnetlink.list(ipNexthopBucket.all({ id })))
    if (bucket?.member !== undefined) counts.set(bucket.member, (counts.get(bucket.member) ?? 0) + 1);
  return [...counts.values()];
}

function probesOf(weights: readonly number[]): number {
  if (weights.length < 2) return 0;
  const share = Math.min(...weights) / weights.reduce((sum, each) => sum + each, 0);
  return probesUntil(share);
}
