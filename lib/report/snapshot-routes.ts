import { listAddresses } from '../kernel/rtnetlink/address.ts';
import type { ListedLink } from '../kernel/rtnetlink/link-state.ts';
import { type ListedRoute, listAllRoutes, type NextHop } from '../kernel/rtnetlink/listed-route.ts';
import { listProxies } from '../kernel/rtnetlink/neighbour.ts';
import { listQdiscs } from '../kernel/rtnetlink/qdisc.ts';
import { outputOf } from '../lab/exec.ts';
import type { Namespace } from '../lab/index.ts';
import { networkOf } from '../wire/ip-address.ts';
import type { NamespaceSnapshot, RouteSnapshot } from './lab-snapshot.ts';

type Routing = Pick<NamespaceSnapshot, 'routes' | 'withoutRoutes' | 'rules' | 'proxies' | 'qdiscs'>;

const FAMILIES = [4, 6] as const;
const TABLE_MAIN = 254;
const LOOPBACK = 'lo';

/** Where packets go, as far as it is not the kernel's own doing. */
export function snapshotRouting(namespace: Namespace, links: readonly ListedLink[]): Routing {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  const routes = FAMILIES.flatMap((family) =>
    listAllRoutes(namespace.rtnetlink, family, { operation: `ip -n ${namespace} -${family} route show table all` }),
  );
  const withoutRoutes = deletedRoutes(namespace, links, routes);
  return {
    routes: routes.filter(({ ofTheKernel }) => !ofTheKernel).flatMap((route) => snapshotRoute(route, names)),
    ...(withoutRoutes.length > 0 ? { withoutRoutes } : {}),
    // hairpin itself makes nothing of these.
    ...(namespace.lab.isOwnDoing ? {} : byOthers(namespace, names)),
  };
}

function byOthers(namespace: Namespace, names: ReadonlyMap<number, string>): Omit<Routing, 'routes'> {
  const named = <T extends { device: number }>({ device }: T) => names.get(device) ?? '';
  const { rtnetlink, route } = namespace;
  const rules = FAMILIES.filter((family) => route.hasRules(family)).flatMap((family) => {
    // Of a rule without its priority, as of one of a kind that is not known here, nothing could be told.
    const lines = outputOf(namespace, 'ip', [`-${family}`, 'rule', 'show'])
      .split('\n')
      .filter(Boolean);
    return lines.length > 0 ? [{ family, lines: lines.map((line) => line.trim().replace(/\s+/g, ' ')) }] : [];
  });
  const proxies = listProxies(rtnetlink, { operation: `ip -n ${namespace} neighbour show proxy` });
  const qdiscs = listQdiscs(rtnetlink, { operation: `tc -n ${namespace} qdisc show` });
  return {
    ...(rules.length > 0 ? { rules } : {}),
    ...(proxies.length > 0 ? { proxies: proxies.map((each) => ({ to: each.to, dev: named(each) })) } : {}),
    ...(qdiscs.length > 0 ? { qdiscs: qdiscs.map((each) => ({ dev: named(each), kind: each.kind })) } : {}),
  };
}

function snapshotRoute(route: ListedRoute, names: ReadonlyMap<number, string>): RouteSnapshot[] {
  const { to, family, type, table, metric, mtu, tos, source, nextHops } = route;
  const leads = type === 'unicast' || type === 'local';
  const hops = nextHops.map((hop) => snapshotHop(hop, names));
  // All of its devices are down: nobody could add it again.
  if (leads && hops.length === 0) return [];
  const [first] = hops;
  return [
    {
      to: to.length === 0 ? 'default' : `${to.address}/${to.length}`,
      family,
      // The kernel hangs IPv6's unreachable routes on the loopback.
      ...(leads && hops.length > 1 ? { nexthops: hops } : {}),
      ...(leads && first && hops.length === 1 ? withoutWeight(first) : {}),
      ...(source ? { src: source } : {}),
      ...(metric === undefined ? {} : { metric }),
      ...(type === 'unicast' ? {} : { type }),
      ...(mtu === undefined ? {} : { mtu }),
      ...(tos === 0 ? {} : { tos }),
      ...(table === TABLE_MAIN ? {} : { table }),
    },
  ];
}

type Hop = NonNullable<RouteSnapshot['nexthops']>[number];

function snapshotHop({ via, device, weight, onlink }: NextHop, names: ReadonlyMap<number, string>): Hop {
  const dev = names.get(device ?? 0);
  return { ...(via ? { via } : {}), ...(dev ? { dev } : {}), ...(onlink ? { onlink } : {}), weight };
}

function withoutWeight({ weight: _, ...hop }: Hop): Omit<Hop, 'weight'> {
  return hop;
}

/** Routes of addresses' subnets that should be there (`fib_add_ifaddr`, `addrconf_prefix_route`) and are not. */
function deletedRoutes(
  namespace: Namespace,
  links: readonly ListedLink[],
  routes: readonly ListedRoute[],
): NonNullable<Routing['withoutRoutes']> {
  const there = new Set(
    routes.flatMap(({ to, nextHops }) => nextHops.map(({ device }) => `${to.address}/${to.length} ${device}`)),
  );
  const addresses = listAddresses(namespace.rtnetlink, { operation: `ip -n ${namespace} address` });
  const missing = addresses.flatMap(({ address, peer, length, family, index, noPrefixRoute }) => {
    const link = links.find((each) => each.index === index);
    const alone = family === 4 && length === 32 && peer === undefined;
    if (!link?.up || link.name === LOOPBACK || noPrefixRoute || alone) return [];
    const to = `${networkOf({ address: peer ?? address, length, family })}/${length}`;
    return there.has(`${to} ${index}`) ? [] : [{ to, family, dev: link.name }];
  });
  return missing.filter(({ to, dev }, at) => missing.findIndex((each) => each.to === to && each.dev === dev) === at);
}
