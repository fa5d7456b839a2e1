import type { Family as IpFamily, Prefix } from '../../wire/ip-address.ts';
import { decodeAttributes } from '../codec/attribute.ts';
import { bit, bits } from '../codec/bits.ts';
import { body } from '../codec/body.ts';
import { eachRow } from '../codec/list.ts';
import { oneOf } from '../codec/one-of.ts';
import { be16, device, hexadecimal, ip, ipFamily, pad, realms, s32, u8, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import { type Encap, encapWords, readEncap, writeEncap } from './lwtunnel.ts';
import { gateway, hopHeader, hopRows, hops, type NextHop, onlink } from './route-hops.ts';
import { givenMetrics, metricAttributes, metrics, type RouteMetrics } from './route-metrics.ts';

/** `RT_TABLE_LOCAL`, `RT_TABLE_MAIN`, `RT_TABLE_DEFAULT`. */
export const [TABLE_LOCAL, TABLE_MAIN, TABLE_DEFAULT] = [255, 254, 253] as const;
/** In the order in which they are asked; another is asked only by a rule (`fib_default_rules_init`). */
export const USUAL_TABLES: readonly number[] = [TABLE_LOCAL, TABLE_MAIN, TABLE_DEFAULT];

const TYPES = {
  ...{ unspec: 0, unicast: 1, local: 2, broadcast: 3, anycast: 4, multicast: 5 },
  ...{ blackhole: 6, unreachable: 7, prohibit: 8, throw: 9, nat: 10 },
} as const;
const SCOPES = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;
const PROTOCOLS = {
  ...{ unspec: 0, redirect: 1, kernel: 2, boot: 3, static: 4, ra: 9, zebra: 11, bird: 12, dhcp: 16, keepalived: 18 },
  ...{ babel: 42, bgp: 186, isis: 187, ospf: 188, rip: 189, eigrp: 192 },
} as const;
/** Who added a route, or a rule. */
export const routeProtocol = oneOf(u8, 'RTPROT_', PROTOCOLS);
const PREFERENCES = { medium: 0, high: 1, low: 3 } as const;

/** iproute2's words for them. */
export const ROUTE_TYPES = Object.keys(TYPES) as RouteType[];
export const ROUTE_PROTOCOLS = Object.keys(PROTOCOLS);
export const ROUTE_PREFERENCES = Object.keys(PREFERENCES);

/** What becomes of a packet, in iproute2's words: `unicast` sends it on. */
export type RouteType = keyof typeof TYPES;

/** Whether a route drops what it is for. */
export function leadsNowhere({ type }: { type: string }): boolean {
  return ['blackhole', 'unreachable', 'prohibit', 'throw'].includes(type);
}

/** A route, of whatever table and type. */
export interface Route {
  /** Where to: `length` 0 is the default route. */
  to: Prefix;
  /** The next hop; without one `to` is on the link. Of several, the first. */
  via: string | undefined;
  /** ifindex of the device to leave by. Of several, the first. */
  device: number | undefined;
  /** All of them; more than one share the packets out by their weight. */
  nextHops: NextHop[];
  /** The preferred source address. */
  source: string | undefined;
  type: RouteType;
  /** 254 is `main`, 255 `local`. */
  table: number;
  /** `proto kernel`: of an address, or of its subnet. */
  ofTheKernel: boolean;
  /** Who made it: `boot` says a person with `ip`. */
  protocol: RouteProtocol;
  /** `link` is on the link, `host` here, `universe` beyond. */
  scope: RouteScope;
  /** IPv6: which of several default routers is preferred (RFC 4191). */
  preference: RoutePreference | undefined;
  tos: number;
  metric: number | undefined;
  /** The id of the nexthop object that it leads to (`ip nexthop`). */
  nexthopId: number | undefined;
  /** The longest packet that goes this way, to 65520; undefined: the device's. */
  mtu: number | undefined;
  /** The realms of its packets, for `tc` and accounting: `from/to` (`CONFIG_IP_ROUTE_CLASSID`). */
  realms: string | undefined;
  /** Those that somebody gave it. */
  metrics: RouteMetrics;
  /** The kernel forgets it after some time: what a router told about the path (RFC 1191 section 6.3, RFC 8201 section 5.3). */
  expires: boolean;
  /** Milliseconds until then; 0 for a route that does not expire. */
  timeLeft: number;
  /** IPv6: its time is over, so that the kernel uses it no longer (`fib6_check_expired`), and deletes it some time later (`fib6_age`). */
  isOver: boolean;
  /** IPv6: the only sources that it is for, `from …`. */
  from: { address: string; length: number } | undefined;
  /** What it sends is wrapped (`encap …`). */
  encapsulates: boolean;
  /** The numbers of the attributes, and of the metrics, that hairpin does not know (`RTA_*`, `RTAX_*`). */
  unknown: number[];
  unknownMetrics: number[];
}

export type RouteProtocol = keyof typeof PROTOCOLS | `${number}`;
type RouteScope = keyof typeof SCOPES | `${number}`;
type RoutePreference = keyof typeof PREFERENCES | `${number}`;

/** A route to add, delete or look up: as `fib_config` is for the kernel. */
interface RouteConfig
  extends Partial<
    Pick<
      Route,
      'to' | 'via' | 'device' | 'source' | 'metric' | 'nexthopId' | 'mtu' | 'realms' | 'type' | 'table' | 'tos'
    >
  > {
  family?: IpFamily;
  /** To be looked up: the address that it is from, and what rules (`ip rule`) may ask of the packet. */
  from?: string | undefined;
  /** ifindex of the device that it came in by; undefined for the host's own. */
  cameBy?: number | undefined;
  mark?: number | undefined;
  /** The user whose packet it is. */
  uid?: number | undefined;
  /** Asks for the whole entry of the table, and not for what would become of one packet. */
  fibmatch?: boolean | undefined;
  /** `IPPROTO_*`: of TCP, UDP and ICMP alone (`rtm_getroute_parse_ip_proto`). */
  ipproto?: number | undefined;
  sport?: number | undefined;
  dport?: number | undefined;
  /** The only sources that it is for (IPv6). */
  onlyFrom?: Route['from'];
  /** @default 'boot' */
  protocol?: RouteProtocol;
  /** @default as iproute2 has it: `link` for an IPv4 route without a next hop, else `universe` */
  scope?: RouteScope;
  preference?: RoutePreference | undefined;
  onlink?: boolean;
  metrics?: RouteMetrics | undefined;
  encap?: Encap | undefined;
  /** Several, in place of `via` and `device`. */
  nextHops?: readonly Partial<NextHop>[] | undefined;
  /** The kernel's own copy of a route, for one address, in which it keeps what it has learnt. */
  isCopy?: boolean;
}

const routeHeader = struct('rtmsg', {
  family: ipFamily,
  length: u8,
  sourceLength: u8,
  tos: u8,
  lowTable: u8,
  protocol: routeProtocol,
  scope: oneOf(u8, 'RT_SCOPE_', SCOPES),
  type: oneOf(u8, 'RTN_', TYPES, 'unspec'),
  flags: flat(
    bits(u32, {
      onlink,
      isCopy: bit('RTM_F_CLONED', 0x200),
      saysTable: bit('RTM_F_LOOKUP_TABLE', 0x1000),
      fibmatch: bit('RTM_F_FIB_MATCH', 0x2000),
    }),
  ),
});

const attributes = table({
  destination: attribute('RTA_DST', 1, ip, { word: false }),
  from: attribute('RTA_SRC', 2, ip, { word: false }),
  cameBy: attribute('RTA_IIF', 3, device, { word: 'iif' }),
  ...hopRows,
  device: attribute('RTA_OIF', 4, device, { word: 'dev' }),
  source: attribute('RTA_PREFSRC', 7, ip, { word: 'src' }),
  metric: attribute('RTA_PRIORITY', 6, u32),
  nexthopId: attribute('RTA_NH_ID', 30, u32, { word: 'nhid' }),
  table: attribute('RTA_TABLE', 15, u32),
  preference: attribute('RTA_PREF', 20, oneOf(u8, 'ICMPV6_ROUTER_PREF_', PREFERENCES), { word: 'pref' }),
  realms: attribute('RTA_FLOW', 11, realms),
  metrics: attribute('RTA_METRICS', 8, metrics),
  mark: attribute('RTA_MARK', 16, u32, { word: false }),
  uid: attribute('RTA_UID', 25, u32, { word: false }),
  ipproto: attribute('RTA_IP_PROTO', 27, u8, { word: false }),
  sport: attribute('RTA_SPORT', 28, be16, { word: false }),
  dport: attribute('RTA_DPORT', 29, be16, { word: false }),
  cache: attribute('RTA_CACHEINFO', 12, struct('rta_cacheinfo', { uses: pad(8), expires: s32, rest: pad(20) })),
  hops: attribute('RTA_MULTIPATH', 9, hops, { word: '' }),
  unknown: others(),
});

/** Milliseconds of a tick of `USER_HZ`, in which `rta_expires` counts (`rtnl_put_cacheinfo`). */
const TICK = 10;

export const ipRoute = new Family({
  command: ['ip', 'route'],
  messages: ['ROUTE', 24],
  body: body(routeHeader, attributes),
  complete: (
    { to, via, nextHops, onlyFrom, metrics: own, encap, table: number = TABLE_MAIN, ...config }: RouteConfig,
    verb,
  ) => {
    const family = to?.family ?? config.family;
    if (family === undefined || verb === 'list') return { family };
    const all = {
      ...{ ...config, ...(own && metricAttributes(own)), ...writeEncap(encap) },
      ...gateway(family, via),
      family,
      length: to?.length,
      destination: to?.length === 0 ? undefined : to?.address,
      hops: nextHops?.map(({ via: next, encap: wrap, ...hop }) => ({
        ...{ ...hop, ...gateway(family, next), ...writeEncap(wrap) },
      })),
    };
    // inet_rtm_valid_getroute_req: no table, and of a source the whole address.
    // Of IPv4 it says the main table unless it is asked (inet_rtm_getroute). Of IPv6 it refuses to be asked (inet6_rtm_valid_getroute_req).
    if (verb === 'get')
      return { ...all, saysTable: family === 4, sourceLength: config.from === undefined ? 0 : to?.length };
    const tables = number < 256 ? { lowTable: number } : { table: number };
    // As iproute2 does: whoever made it, the kernel included, and of whatever scope (fib_table_delete).
    if (verb === 'delete') return { ...all, ...tables, scope: 'nowhere' as const };
    const scope = usualScope({ family, via, nextHops, ...config });
    return {
      ...{ protocol: 'boot' as const, scope, ...all, ...tables },
      ...(onlyFrom && { from: onlyFrom.address, sourceLength: onlyFrom.length }),
      type: config.type ?? 'unicast',
    };
  },
  state: (read): Route => {
    const { family, destination = family === 4 ? '0.0.0.0' : '::', length } = read;
    const { hops, from, source, type, tos, metric, nexthopId, mtu, protocol, scope, preference } = read;
    const all = hops ?? [{ ...read, weight: 1 }];
    const nextHops = all.map((hop) => {
      const encap = readEncap(hop);
      const { gateway: own, otherGateway, device: index, weight: share, onlink: isOnlink } = hop;
      return { via: own ?? otherGateway, device: index, weight: share, onlink: isOnlink, ...(encap && { encap }) };
    });
    return {
      to: { address: destination, length, family },
      via: nextHops[0]?.via,
      device: nextHops[0]?.device,
      nextHops,
      ...{ source, type, tos, metric, nexthopId, mtu, realms: read.realms, metrics: givenMetrics(read) },
      table: read.table ?? read.lowTable,
      ofTheKernel: protocol === 'kernel',
      ...{ protocol, scope, preference, unknown: read.unknown, unknownMetrics: read.unknownMetrics },
      expires: (read.cache?.expires ?? 0) > 0,
      timeLeft: Math.max(0, read.cache?.expires ?? 0) * TICK,
      isOver: (read.cache?.expires ?? 0) < 0,
      from: from === undefined ? undefined : { address: from, length: read.sourceLength },
      encapsulates: all.some(({ encap }) => encap !== undefined),
    };
  },
  words: (config, names, rest, verb) => {
    const { to, type = 'unicast', device: index, from, cameBy } = config;
    if (!to) return rest;
    const isWhole = to.length === (to.family === 4 ? 32 : 128);
    // Nothing else would say that it is one of IPv6.
    const nowhere = to.family === 6 && config.via === undefined ? '::/0' : 'default';
    const target = to.length === 0 ? nowhere : isWhole ? to.address : `${to.address}/${to.length}`;
    if (verb !== 'get') return [type === 'unicast' ? undefined : type, target, ...ownWords(config), ...rest];
    const oif = index === undefined ? [] : ['oif', names.device(index)];
    const iif = cameBy === undefined ? [] : ['iif', names.device(cameBy)];
    const whole = config.fibmatch ? ['fibmatch'] : [];
    return [...whole, target, ...(from === undefined ? [] : ['from', from]), ...iif, ...oif, ...flowWords(config)];
  },
});

/** What rules may ask of a packet whose route is looked up. */
function flowWords({ tos = 0, mark, uid, ipproto, sport, dport }: RouteConfig): string[] {
  const named = Object.entries({ uid, ipproto, sport, dport }).flatMap(([word, value]) =>
    value === undefined ? [] : [word, String(value)],
  );
  return [
    ...(tos === 0 ? [] : ['tos', hexadecimal(tos)]),
    ...(mark === undefined ? [] : ['mark', hexadecimal(mark)]),
    ...named,
  ];
}

/** What stands in the header, where it is not what iproute2 chooses itself. */
function ownWords({ onlyFrom, tos = 0, scope, protocol, encap, table: number = TABLE_MAIN }: RouteConfig): string[] {
  return [
    ...encapWords(encap),
    ...(onlyFrom ? ['from', `${onlyFrom.address}/${onlyFrom.length}`] : []),
    // iproute2 reads it as hexadecimal, with or without the 0x (rtnl_dsfield_a2n).
    ...(tos === 0 ? [] : ['tos', hexadecimal(tos)]),
    ...(number === TABLE_MAIN || number > 255 ? [] : ['table', String(number)]),
    ...(protocol === undefined || protocol === 'boot' ? [] : ['proto', protocol]),
    ...(scope === undefined ? [] : ['scope', scope === 'universe' ? 'global' : scope]),
  ];
}

/** As iproute2 has it (`iproute_modify`): on IPv4 what has no next hop is on the link. The kernel takes universe, too. */
function usualScope({ family, via, nextHops, nexthopId, type = 'unicast' }: RouteConfig): RouteScope {
  if (family === 6) return 'universe';
  if (type === 'local') return 'host';
  if (type === 'broadcast' || type === 'multicast' || type === 'anycast') return 'link';
  return type === 'unicast' && via === undefined && !nextHops && nexthopId === undefined ? 'link' : 'universe';
}

/** `RTNH_F_PERVASIVE`, `RTNH_F_ONLINK`: what a route was told, unlike the others, which tell of its links. */
const SETTINGS = 0x6;

/** A route as the kernel listed it, without what it says of the state of its links: that would be refused (`fib_create_info`). */
export function withoutLinkState(route: Buffer): Buffer {
  const flags = routeHeader.size - u32.size;
  u32.writeAt(route, flags, u32.readAt(route, flags) & SETTINGS);
  const several = decodeAttributes(route.subarray(routeHeader.size)).get(attributes.rows.hops.number);
  eachRow(several ?? Buffer.alloc(0), hopHeader, (hop) => u8.writeAt(hop, 2, u8.readAt(hop, 2) & SETTINGS));
  return route;
}
