import type { Interface, Namespace } from '../../lab/index.ts';
import { contains } from '../../wire/ip-address.ts';
import type { Obstacle } from './obstacle.ts';
import { holds } from './owner.ts';
import { routeFor } from './route.ts';

/**
 * RFC 3704: with `rp_filter` 1 (strict) a packet must come in where its answer would go out, with 2 (loose) an answer
 * must have some way out (`__fib_validate_source`).
 */
export function reversePathObstacle(ingress: Interface, source: string): Obstacle | undefined {
  const { namespace, name } = ingress;
  if (source.includes(':')) return undefined;
  // Behind a port it is the bridge that IP takes packets in by. And rules have a say in what is looked for (fib_validate_source).
  if (ingress.isPort || namespace.route.hasRules(4)) return undefined;
  const martian = ownSourceObstacle(ingress, source);
  if (martian) return martian;
  // IN_DEV_RPFILTER: the greater of the two counts, so loose beats strict.
  const mode = Math.max(
    ...['all', name].map((which) => Number(namespace.sysctl.get(`net/ipv4/conf/${which}/rp_filter`))),
  );
  if (mode === 0) return undefined;
  const { route: back, obstacle } = routeFor(namespace, source);
  const leadsBack = mode !== 1 || back?.device === ingress.index || hasSeveralHops(namespace, source);
  if (!obstacle && (!back || leadsBack)) return undefined;
  const why = back ? `the way back does not lead by ${name}` : `there is no way back`;
  return {
    text: `${ingress} refuses packets from ${source}: rp_filter is ${mode}, and ${why}`,
    hint: `${namespace}.sysctl.set('net/ipv4/conf/${name}/rp_filter', 0), and 'all' as well`,
    reason: 'IP_RPFILTER',
  };
}

/** A host takes nothing that says it is from the host itself (`fib_validate_source`), but with `accept_local`. */
function ownSourceObstacle({ namespace, name }: Interface, source: string): Obstacle | undefined {
  if (!holds(namespace, source)) return undefined;
  // IN_DEV_ORCONF: either will do.
  const accepts = ['all', name].some((which) => namespace.sysctl.get(`net/ipv4/conf/${which}/accept_local`) === '1');
  if (accepts) return undefined;
  return {
    text: `${namespace} has ${source} too, and takes nothing that comes from an address of its own`,
    hint: `two hosts with one address: give ${namespace} another`,
  };
}

/** Of several next hops any will do (`fib_info_nh_uses_dev`), and the kernel tells of one. */
export function hasSeveralHops({ route }: Namespace, address: string): boolean {
  return route
    .listAdded(address.includes(':') ? 6 : 4)
    .some(({ to, type, device }) => type === 'unicast' && device === undefined && contains(to, address));
}
