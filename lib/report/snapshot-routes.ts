import type { AddressState } from '../netlink/address.ts';
import type { LinkState } from '../netlink/link.ts';
import { type NextHop, type Route, TABLE_MAIN } from '../netlink/route.ts';
import type { NamespaceState } from '../state/network-state.ts';
import { networkOf } from '../wire/ip-address.ts';
import type { NamespaceSnapshot, RouteSnapshot } from './lab-snapshot.ts';

type Routes = Pick<NamespaceSnapshot, 'routes' | 'withoutRoutes'>;
type Links = ReadonlyMap<number, LinkState>;

const LOOPBACK = 'lo';
/** `IP6_RT_PRIO_ADDRCONF`. */
const IPV6_ADDRESS_METRIC = 256;
/** They lead nowhere; the kernel hangs IPv6's on the loopback. */
const NOWHERE = ['blackhole', 'unreachable', 'prohibit', 'throw'];

/** The routes that are not of addresses alone, and those of addresses' subnets that somebody deleted. */
export function snapshotRoutes({ links: listed, routes, addresses }: NamespaceState): Routes {
  const links = new Map(listed.map((link) => [link.index, link]));
  const ofAddresses = addresses.flatMap((address) => subnetRoute(address, links));
  const isOfAddress = (route: Route) => ofAddresses.some((expected) => expected.is(route));
  const withoutRoutes = ofAddresses.filter(
    ({ is, to, dev }, at) =>
      !routes.some(is) && ofAddresses.findIndex((each) => each.to === to && each.dev === dev) === at,
  );
  return {
    routes: routes
      .filter((route) => !route.ofTheKernel || (isForSubnet(route) && !isOfAddress(route)))
      .flatMap((route) => snapshotRoute(route, links)),
    ...(withoutRoutes.length > 0
      ? { withoutRoutes: withoutRoutes.map(({ to, family, dev }) => ({ to, family, dev })) }
      : {}),
  };
}

/** Of the kernel's own routes those that somebody may have added in its name, as NetworkManager does: where subnets are. */
function isForSubnet({ type, table, nextHops, to }: Route): boolean {
  const isLinkLocal = to.family === 6 && /^f[ef]/.test(to.address);
  return type === 'unicast' && table === TABLE_MAIN && nextHops.every(({ via }) => via === undefined) && !isLinkLocal;
}

/** The route that the kernel makes of an address (`fib_add_ifaddr`, `addrconf_prefix_route`), if it does. */
function subnetRoute({ address, peer, length, family, index, noPrefixRoute, metric }: AddressState, links: Links) {
  const link = links.get(index);
  const isAlone = family === 4 && length === 32 && peer === undefined;
  if (!link?.up || link.name === LOOPBACK || noPrefixRoute || isAlone) return [];
  const to = `${networkOf({ address: peer ?? address, length, family })}/${length}`;
  const wanted = metric ?? (family === 6 ? IPV6_ADDRESS_METRIC : undefined);
  const is = (route: Route) =>
    route.ofTheKernel &&
    route.type === 'unicast' &&
    // A VRF's devices have their routes in its table.
    (route.table === TABLE_MAIN || link.master !== undefined) &&
    route.metric === wanted &&
    `${route.to.address}/${route.to.length}` === to &&
    route.nextHops.some(({ device, via }) => device === index && via === undefined);
  return [{ to, family, dev: link.name, is }];
}

function snapshotRoute(route: Route, links: Links): RouteSnapshot[] {
  const { to, type, table, metric, mtu, tos, source, from, ofTheKernel, encapsulates, nextHops } = route;
  const leads = !NOWHERE.includes(type);
  // One whose device is down is there no more, but of several (fib_sync_down_dev), where nobody could add it.
  const alive = nextHops.filter(({ device }) => device === undefined || links.get(device)?.up !== false);
  const hops = alive.map((hop) => snapshotHop(hop, links));
  if (leads && hops.length === 0) return [];
  const [first] = hops;
  return [
    {
      to: to.length === 0 ? 'default' : `${to.address}/${to.length}`,
      family: to.family,
      ...(leads && hops.length > 1 ? { nexthops: hops } : {}),
      ...(leads && first && hops.length === 1 ? withoutWeight(first) : {}),
      ...(from ? { from: `${from.address}/${from.length}` } : {}),
      ...(source ? { src: source } : {}),
      ...(metric === undefined ? {} : { metric }),
      ...(type === 'unicast' ? {} : { type }),
      ...(mtu === undefined ? {} : { mtu }),
      ...(tos === 0 ? {} : { tos }),
      ...(table === TABLE_MAIN ? {} : { table }),
      ...(ofTheKernel ? { proto: 'kernel' as const } : {}),
      ...(encapsulates ? { leftOut: 'it encapsulates (encap)' } : {}),
    },
  ];
}

type Hop = NonNullable<RouteSnapshot['nexthops']>[number];

function snapshotHop({ via, device, weight, onlink }: NextHop, links: Links): Hop {
  const dev = device === undefined ? undefined : links.get(device)?.name;
  return { ...(via ? { via } : {}), ...(dev ? { dev } : {}), ...(onlink ? { onlink } : {}), weight };
}

function withoutWeight({ weight: _, ...hop }: Hop): Omit<Hop, 'weight'> {
  return hop;
}
