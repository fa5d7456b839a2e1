import type { AddressState } from '../netlink/address.ts';
import { type Route, TABLE_MAIN } from '../netlink/route.ts';
import type { Link, NamespaceState } from '../state/network-state.ts';
import { networkOf, type Prefix } from '../wire/ip-address.ts';

const LOOPBACK = 'lo';
/** `IP6_RT_PRIO_ADDRCONF`. */
const IPV6_ADDRESS_METRIC = 256;
/** They lead nowhere; the kernel hangs IPv6's on the loopback. */
const NOWHERE: readonly string[] = ['blackhole', 'unreachable', 'prohibit', 'throw'];

/** The routes that are not of addresses alone, and those of addresses' subnets that somebody deleted. */
export interface GivenRoutes {
  readonly routes: readonly Route[];
  readonly deleted: readonly SubnetRoute[];
}

/** The route that the kernel makes of an address. */
export interface SubnetRoute {
  readonly to: Prefix;
  readonly device: number;
}

/** What somebody did to the routes of a namespace; the kernel's own come with its addresses. */
export function givenRoutes({ links, routes, addresses }: NamespaceState<'addresses' | 'routes'>): GivenRoutes {
  const byIndex = new Map(links.map((link) => [link.index, link]));
  const ofAddresses = addresses.flatMap((address) => subnetRoute(address, byIndex));
  const isOfAddress = (route: Route) => ofAddresses.some((expected) => expected.is(route));
  const deleted = ofAddresses.filter(
    ({ is, words }, at) => !routes.some(is) && ofAddresses.findIndex((each) => each.words === words) === at,
  );
  return {
    routes: routes
      .filter((route) => !route.ofTheKernel || (isForSubnet(route) && !isOfAddress(route)))
      .flatMap((route) => withoutDown(route, byIndex)),
    deleted: deleted.map(({ to, device }) => ({ to, device })),
  };
}

/** Whether a route drops what it is for. */
export function leadsNowhere({ type }: Route): boolean {
  return NOWHERE.includes(type);
}

/** Of the kernel's own routes those that somebody may have added in its name, as NetworkManager does: where subnets are. */
function isForSubnet({ type, table, nextHops, to }: Route): boolean {
  const isLinkLocal = to.family === 6 && /^f[ef]/.test(to.address);
  return type === 'unicast' && table === TABLE_MAIN && nextHops.every(({ via }) => via === undefined) && !isLinkLocal;
}

/** The route that the kernel makes of an address (`fib_add_ifaddr`, `addrconf_prefix_route`), if it does. */
function subnetRoute(
  { address, peer, length, family, index, noPrefixRoute, metric }: AddressState,
  links: ReadonlyMap<number, Link>,
) {
  const link = links.get(index);
  const isAlone = family === 4 && length === 32 && peer === undefined;
  if (!link?.up || link.name === LOOPBACK || noPrefixRoute || isAlone) return [];
  const to = { address: networkOf({ address: peer ?? address, length, family }), length, family };
  const words = `${to.address}/${length} ${index}`;
  const wanted = metric ?? (family === 6 ? IPV6_ADDRESS_METRIC : undefined);
  const is = (route: Route) =>
    route.ofTheKernel &&
    route.type === 'unicast' &&
    // A VRF's devices have their routes in its table.
    (route.table === TABLE_MAIN || link.master !== undefined) &&
    route.metric === wanted &&
    route.to.address === to.address &&
    route.to.length === length &&
    route.nextHops.some(({ device, via }) => device === index && via === undefined);
  return [{ to, device: index, words, is }];
}

/** One whose device is down is there no more, but of several (fib_sync_down_dev), where nobody could add it. */
function withoutDown(route: Route, links: ReadonlyMap<number, Link>): Route[] {
  if (leadsNowhere(route) || route.nexthopId !== undefined) return [route];
  const nextHops = route.nextHops.filter(({ device }) => device === undefined || links.get(device)?.up !== false);
  const [first] = nextHops;
  return first ? [{ ...route, nextHops, via: first.via, device: first.device }] : [];
}
