import type { Request } from '../../netlink/request.ts';
import { ipRoute, type Route } from '../../netlink/routing/route.ts';
import { contains, isLinkLocal, type Prefix, parsePrefix } from '../../wire/ip-address.ts';
import type { WholeNamespace } from '../lab-state.ts';
import { tableOf } from './given-routes.ts';
import { nexthopsInOrder, routeRequests } from './script-routes.ts';

/** A next hop, for which a route in this table is asked. */
interface Gateway {
  readonly via: string;
  readonly device: number;
  readonly table: number;
}

/** The last one: any other route to there counts first. */
const METRIC = 2 ** 32 - 1;

/**
 * Routes to the next hops that no address brings onto a link. The kernel asks for such a route only when a next hop is added
 * (`fib_check_nh`, `ip6_validate_gw`): since then the address may have been deleted, or the route is added behind the nexthop.
 *
 * @param verb `delete` once the nexthops and the routes are there
 */
export function gatewayRequests(namespace: WholeNamespace, verb: 'add' | 'delete'): Request[] {
  return gatewaysOf(namespace).map(({ via, device, table }) =>
    ipRoute[verb]({ to: parsePrefix(via) as Prefix, device, table, metric: METRIC }),
  );
}

function gatewaysOf(namespace: WholeNamespace): Gateway[] {
  const routes = routeRequests(namespace).flatMap(({ route }) => route ?? []);
  const ofRoutes = routes
    .filter(({ nexthopId }) => nexthopId === undefined)
    .flatMap(({ nextHops, table }) => nextHops.map((hop) => ({ ...hop, table, links: routes.filter(isOnLink) })));
  // Nexthops are added before all routes.
  const ofNexthops = nexthopsInOrder(namespace).map((hop) => ({
    ...{ ...hop, table: tableOf(namespace, hop.device), links: [] as Route[] },
  }));
  const all = [...ofNexthops, ...ofRoutes].flatMap(({ via, device, table, onlink, links }) => {
    if (via === undefined || device === undefined || onlink) return [];
    const ofAddresses = namespace.addresses.filter(({ index, noPrefixRoute }) => index === device && !noPrefixRoute);
    const ofLinks = links.filter((link) => link.device === device && link.table === table);
    const networks = [
      ...ofAddresses.map(({ address, peer, length, family }) => ({ address: peer ?? address, length, family })),
      ...ofLinks.map(({ to }) => to),
    ];
    // Every device of IPv6 has link-local addresses by itself.
    const isThere = isLinkLocal(via) || networks.some((network) => contains(network, via));
    return isThere ? [] : [{ via, device, table }];
  });
  const keyOf = ({ via, device, table }: Gateway) => `${via} ${device} ${table}`;
  return all.filter((gateway, at) => all.findIndex((each) => keyOf(each) === keyOf(gateway)) === at);
}

function isOnLink({ type, nextHops, via }: Route): boolean {
  return type === 'unicast' && nextHops.length === 1 && via === undefined;
}
