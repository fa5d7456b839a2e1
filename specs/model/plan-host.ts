import type { Host } from '../../lib/model/network.ts';
import type { AddressState } from '../../lib/netlink/address.ts';
import { type Route, type RouteType, TABLE_LOCAL, TABLE_MAIN } from '../../lib/netlink/routing/route.ts';
import type { Rule } from '../../lib/netlink/routing/rule.ts';
import { FAMILIES, networkOf, parsePrefix } from '../../lib/wire/ip-address.ts';

/** What a namespace of a plan has besides its devices. */
export interface PlannedHost {
  routes?: readonly { to: string; via?: string; device?: string; type?: RouteType; metric?: number }[];
  sysctls?: Readonly<Record<string, string>>;
  neighbours?: readonly { to: string; device: string; lladdr: string }[];
}

const NEIGHBOUR = {
  state: 'PERMANENT',
  externLearn: false,
  externValid: false,
  managed: false,
  router: false,
  proxy: false,
} as const;

type HostPart = Pick<Host, 'routes' | 'rules' | 'nexthops' | 'mroutes' | 'neighbours' | 'proxies' | 'sysctls'>;

/**
 * The state of a namespace: the routes of its addresses, and what is planned besides.
 *
 * @param indexOf finds a device of the namespace by its name
 */
export function planHost(
  { routes = [], sysctls = {}, neighbours = [] }: PlannedHost,
  addresses: readonly AddressState[],
  indexOf: (device: string) => number,
): HostPart {
  const planned = routes.map(({ to, device, ...more }) => {
    const prefix = parsePrefix(to);
    if (!prefix) throw new Error(`${to} is no destination of a route`);
    return { ...ROUTE, ...more, to: prefix, device: device === undefined ? undefined : indexOf(device) };
  });
  return {
    routes: [...addresses.flatMap(routesOf), ...planned],
    neighbours: neighbours.map(({ device, ...entry }) => ({ ...NEIGHBOUR, ...entry, device: indexOf(device) })),
    ...{ rules: RULES, nexthops: [], mroutes: [], proxies: [], sysctls },
  };
}

/** Those that an address brings along: of itself, and of its subnet (`fib_add_ifaddr`, `addrconf_prefix_route`). */
function routesOf({ address, length, family, index: device }: AddressState): Route[] {
  const own = { address, length: family === 4 ? 32 : 128, family };
  const subnet = { address: networkOf({ address, length, family }), length, family };
  return [
    { ...ROUTE, to: own, type: 'local', table: TABLE_LOCAL, device, ofTheKernel: true },
    { ...ROUTE, to: subnet, device, ofTheKernel: true },
  ];
}

const EVERY_PACKET: Omit<Rule, 'family' | 'priority' | 'table'> = {
  ...{
    action: 'to_tbl',
    isPlain: true,
    isOfVrfs: false,
    goto: undefined,
    suppressPrefixlength: undefined,
    ...{ suppressIfgroup: undefined, realms: undefined, tunId: undefined, protocol: 'kernel' },
    unknown: [],
  },
  ...{ not: false, from: undefined, to: undefined, tos: 0, iif: undefined, oif: undefined, l3mdev: false },
  ...{ fwmark: undefined, fwmask: undefined, uidrange: undefined },
  ...{ ipproto: undefined, sport: undefined, dport: undefined },
};

/** Those of every namespace (`fib_default_rules_init`). */
const RULES: readonly Rule[] = FAMILIES.flatMap((family) =>
  [
    { priority: 0, table: TABLE_LOCAL },
    { priority: 32_766, table: TABLE_MAIN },
  ].map((rule) => ({ ...EVERY_PACKET, ...rule, family })),
);

const ROUTE: Omit<Route, 'to'> = {
  metrics: {},
  ...{ via: undefined, device: undefined, nextHops: [], source: undefined, type: 'unicast', table: TABLE_MAIN },
  ...{
    ofTheKernel: false,
    tos: 0,
    metric: undefined,
    nexthopId: undefined,
    mtu: undefined,
    realms: undefined,
    expires: false,
    timeLeft: 0,
    isOver: false,
  },
  ...{ from: undefined, encapsulates: false, protocol: 'boot', scope: 'universe', preference: undefined },
  ...{ unknown: [], unknownMetrics: [] },
};
