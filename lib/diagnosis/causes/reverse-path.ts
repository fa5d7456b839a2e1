import type { Interface, Namespace } from '../../lab/index.ts';
import type { CauseOf } from '../../model/cause.ts';
import { holds } from '../../trace/owner.ts';
import { contains } from '../../wire/ip-address.ts';
import { deviceName } from '../names.ts';
import { routeFor } from './route.ts';

/**
 * RFC 3704: with `rp_filter` 1 (strict) a packet must come in where its answer would go out, with 2 (loose) an answer
 * must have some way out (`__fib_validate_source`).
 */
export function reversePathCause(
  ingress: Interface,
  source: string,
): CauseOf<'host.rp-filter' | 'address.own-source'> | undefined {
  const { namespace, name } = ingress;
  if (source.includes(':')) return undefined;
  // Behind a port it is the bridge that IP takes packets in by. And rules have a say in what is looked for (fib_validate_source).
  if (ingress.isPort || namespace.route.hasRules(4)) return undefined;
  const martian = ownSourceCause(ingress, source);
  if (martian) return martian;
  // IN_DEV_RPFILTER: the greater of the two counts, so loose beats strict.
  const mode = Math.max(
    ...['all', name].map((which) => Number(namespace.sysctl.get(`net/ipv4/conf/${which}/rp_filter`))),
  );
  if (mode === 0) return undefined;
  const { route: back, cause } = routeFor(namespace, source);
  const leadsBack = mode !== 1 || back?.device === ingress.index || hasSeveralHops(namespace, source);
  if (!cause && (!back || leadsBack)) return undefined;
  const facts = { namespace: namespace.name, device: deviceName(ingress), source, mode };
  return { code: 'host.rp-filter', facts: { ...facts, back: back ? 'elsewhere' : 'none' } };
}

/** A host takes nothing that says it is from the host itself (`fib_validate_source`), but with `accept_local`. */
function ownSourceCause({ namespace, name }: Interface, address: string): CauseOf<'address.own-source'> | undefined {
  if (!holds(namespace, address)) return undefined;
  // IN_DEV_ORCONF: either will do.
  const accepts = ['all', name].some((which) => namespace.sysctl.get(`net/ipv4/conf/${which}/accept_local`) === '1');
  return accepts
    ? undefined
    : { code: 'address.own-source', facts: { namespace: namespace.name, address, lost: 'packet' } };
}

/** Of several next hops any will do (`fib_info_nh_uses_dev`), and the kernel tells of one. */
export function hasSeveralHops({ route }: Namespace, address: string): boolean {
  return route
    .listAdded(address.includes(':') ? 6 : 4)
    .some(({ to, type, device }) => type === 'unicast' && device === undefined && contains(to, address));
}
