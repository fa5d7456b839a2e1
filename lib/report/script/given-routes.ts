import type { AddressState } from '../../netlink/address.ts';
import { leadsNowhere, type Route, TABLE_MAIN } from '../../netlink/routing/route.ts';
import { linkIn, vrfOf } from '../../state/find-link.ts';
import type { NamespaceState } from '../../state/network-state.ts';
import { networkOf, type Prefix } from '../../wire/ip-address.ts';

const LOOPBACK = 'lo';
/** `IP6_RT_PRIO_ADDRCONF`. */
const IPV6_ADDRESS_METRIC = 256;

type Devices = Pick<NamespaceState<never>, 'links'>;

/** The routes that a program may have added, and the kernel's subnet routes that a program deleted. */
export interface GivenRoutes {
  readonly routes: readonly Route[];
  readonly deleted: readonly SubnetRoute[];
}

/** The route that the kernel adds for an address. */
export interface SubnetRoute {
  readonly to: Prefix;
  readonly device: number;
  readonly table: number;
}

/** The changes to a namespace's routes. The kernel's own routes come with the addresses, so they are left out. */
export function givenRoutes(namespace: NamespaceState<'addresses' | 'routes'>): GivenRoutes {
  const { routes, addresses } = namespace;
  const ofAddresses = addresses
    .filter((address, at) => !isSecondary(address, addresses.slice(0, at)))
    .flatMap((address) => subnetRoute(address, namespace));
  const isOfAddress = (route: Route) => ofAddresses.some((expected) => expected.is(route));
  const deleted = ofAddresses.filter(
    ({ is, words }, at) => !routes.some(is) && ofAddresses.findIndex((each) => each.words === words) === at,
  );
  return {
    routes: routes
      .filter((route) => !route.ofTheKernel || (isForSubnet(route, namespace) && !isOfAddress(route)))
      .flatMap((route) => withoutDown(route, namespace)),
    deleted: deleted.map(({ to, device, table }) => ({ to, device, table })),
  };
}

/** The table that a device's own routes are in. */
export function tableOf(namespace: Devices, device: number | undefined): number {
  return vrfOf(namespace, device)?.table ?? TABLE_MAIN;
}

/** Subnet routes marked `proto kernel` that a program may have added, as NetworkManager does. */
function isForSubnet({ type, table, nextHops, to, device }: Route, namespace: Devices): boolean {
  const isLinkLocal = to.family === 6 && /^f[ef]/.test(to.address);
  const isOnLink = nextHops.every(({ via }) => via === undefined);
  return type === 'unicast' && table === tableOf(namespace, device) && isOnLink && !isLinkLocal;
}

/** Whether the kernel has the first of its subnet bring the route along, if at all (`inet_insert_ifa`, `fib_add_ifaddr`). */
function isSecondary({ family, index, length, ...rest }: AddressState, before: readonly AddressState[]): boolean {
  const subnetOf = ({ address, peer }: Pick<AddressState, 'address' | 'peer'>) =>
    networkOf({ address: peer ?? address, length, family });
  const isOfSame = (each: AddressState) => each.family === family && each.index === index && each.length === length;
  return family === 4 && before.some((each) => isOfSame(each) && subnetOf(each) === subnetOf(rest));
}

/** The route that the kernel adds for an address (`fib_add_ifaddr`, `addrconf_prefix_route`), if it adds one. */
function subnetRoute(
  { address, peer, length, family, index, noPrefixRoute, metric }: AddressState,
  namespace: Devices,
) {
  const link = linkIn(namespace, index);
  const isAlone = family === 4 && length === 32 && peer === undefined;
  if (!link?.up || link.name === LOOPBACK || noPrefixRoute || isAlone) return [];
  const to = { address: networkOf({ address: peer ?? address, length, family }), length, family };
  const words = `${to.address}/${length} ${index}`;
  const table = tableOf(namespace, index);
  const wanted = metric ?? (family === 6 ? IPV6_ADDRESS_METRIC : undefined);
  const is = (route: Route) =>
    route.ofTheKernel &&
    route.type === 'unicast' &&
    route.table === table &&
    route.metric === wanted &&
    route.to.address === to.address &&
    route.to.length === length &&
    route.nextHops.some(({ device, via }) => device === index && via === undefined);
  return [{ to, device: index, table, words, is }];
}

/**
 * The kernel deletes a route when its device goes down (fib_sync_down_dev), but keeps dead next hops of a multipath route.
 * They cannot be added again, so they are left out.
 */
function withoutDown(route: Route, namespace: Devices): Route[] {
  if (leadsNowhere(route) || route.nexthopId !== undefined) return [route];
  const nextHops = route.nextHops.filter(({ device }) => linkIn(namespace, device)?.up !== false);
  const [first] = nextHops;
  return first ? [{ ...route, nextHops, via: first.via, device: first.device }] : [];
}
