import type { RouteSnapshot } from './lab-snapshot.ts';

/** IPv6's own (`IP6_RT_PRIO_USER`); IPv4 has none. */
const IPV6_METRIC = 1024;

/** A route as `ip route add` takes it. */
export function routeWords(route: RouteSnapshot): string[] {
  const { to, family, type, from, src, metric, mtu, tos, table, proto, nexthops = [] } = route;
  const own = metric === undefined || (family === 6 && metric === IPV6_METRIC) ? [] : ['metric', metric];
  const words = [
    ...(type ? [type] : []),
    to,
    ...(from ? ['from', from] : []),
    // iproute2 reads it as hexadecimal, with or without the 0x (rtnl_dsfield_a2n).
    ...(tos ? ['tos', `0x${tos.toString(16)}`] : []),
    ...(nexthops.length > 0 ? [] : hopWords(family, route)),
    ...(src ? ['src', src] : []),
    ...own,
    ...(table ? ['table', table] : []),
    ...(proto ? ['proto', proto] : []),
    ...(mtu ? ['mtu', mtu] : []),
    ...nexthops.flatMap((hop) => ['nexthop', ...hopWords(family, hop), 'weight', hop.weight]),
  ];
  return words.map(String);
}

function hopWords(family: 4 | 6, { via, dev, onlink }: Pick<RouteSnapshot, 'via' | 'dev' | 'onlink'>): string[] {
  const other = family === 4 && via?.includes(':') ? ['inet6'] : [];
  return [...(via ? ['via', ...other, via] : []), ...(dev ? ['dev', dev] : []), ...(onlink ? ['onlink'] : [])];
}
