import { u16 as u16Bytes } from '../kernel/bytes.ts';
import { AF_INET6 } from '../kernel/constants.ts';
import { bytesToIp, type Family as IpFamily, ipToBytes, type Prefix } from '../wire/ip-address.ts';
import { decodeAttributes } from './attribute.ts';
import { bit, bits } from './bits.ts';
import { body } from './body.ts';
import { Family } from './family.ts';
import { eachRow, rows } from './list.ts';
import { type Encap, encapBytes, encapWords, readEncap, writeEncap } from './lwtunnel.ts';
import { oneOf } from './one-of.ts';
import { bool, bytes, device, ip, ipFamily, lessOne, pad, s32, string, u8, u16, u32 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, others, table } from './table.ts';
import { flat, type Type } from './type.ts';

export const TABLE_MAIN = 254;

const TYPES = {
  ...{ unspec: 0, unicast: 1, local: 2, broadcast: 3, anycast: 4, multicast: 5 },
  ...{ blackhole: 6, unreachable: 7, prohibit: 8, throw: 9, nat: 10 },
} as const;
const SCOPES = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;
const PROTOCOLS = { unspec: 0, redirect: 1, kernel: 2, boot: 3, static: 4, ra: 9, dhcp: 16 } as const;
const PREFERENCES = { medium: 0, high: 1, low: 3 } as const;

/** iproute2's words for them. */
export const ROUTE_TYPES = Object.keys(TYPES) as RouteType[];
export const ROUTE_PROTOCOLS = Object.keys(PROTOCOLS);
export const ROUTE_PREFERENCES = Object.keys(PREFERENCES);

/** What becomes of a packet, in iproute2's words: `unicast` sends it on. */
export type RouteType = keyof typeof TYPES;

/** Where a route leads to next. */
export interface NextHop {
  /** Without one the destination is on the link. An IPv4 route's may be an IPv6 address (RFC 5549). */
  via: string | undefined;
  /** ifindex of the device to leave by. */
  device: number | undefined;
  /** Its share among several, from 1. */
  weight: number;
  /** Taken to be on the link whatever the other routes say. */
  onlink: boolean;
  /** What it wraps packets in, where hairpin knows it. */
  encap?: Encap | undefined;
}

/** What is known of a way, or is to hold for those who use it (`RTAX_*`). */
export interface RouteMetrics {
  window?: number | undefined;
  ssthresh?: number | undefined;
  cwnd?: number | undefined;
  /** The largest segment that is offered to the other end of a TCP connection. */
  advmss?: number | undefined;
  reordering?: number | undefined;
  /** The TTL or hop limit of its packets. */
  hoplimit?: number | undefined;
  initcwnd?: number | undefined;
  /** TCP's least retransmission timeout, in milliseconds. */
  rtoMin?: number | undefined;
  initrwnd?: number | undefined;
  quickack?: boolean | undefined;
  /** TCP's congestion control: `reno`, `cubic` … */
  congctl?: string | undefined;
  fastopenNoCookie?: boolean | undefined;
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
  /** The longest packet that goes this way; undefined: the device's. */
  mtu: number | undefined;
  /** Those that somebody gave it. */
  metrics: RouteMetrics;
  /** The kernel forgets it after some time: what a router has said of the path (RFC 1191 section 6.3, RFC 8201 section 5.3). */
  expires: boolean;
  /** IPv6: the only sources that it is for, `from …`. */
  from: { address: string; length: number } | undefined;
  /** What it sends is wrapped (`encap …`). */
  encapsulates: boolean;
  /** The numbers of the attributes, and of the metrics, that hairpin does not know (`RTA_*`, `RTAX_*`). */
  unknown: number[];
  unknownMetrics: number[];
}

export type RouteProtocol = keyof typeof PROTOCOLS | `${number}`;
export type RouteScope = keyof typeof SCOPES | `${number}`;
type RoutePreference = keyof typeof PREFERENCES | `${number}`;

/** What is said of a route to make, delete or look one up. */
interface SaidRoute
  extends Partial<
    Pick<Route, 'to' | 'via' | 'device' | 'source' | 'metric' | 'nexthopId' | 'mtu' | 'type' | 'table' | 'tos'>
  > {
  family?: IpFamily;
  /** To be looked up: the address to send from. */
  from?: string | undefined;
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

/** `struct rtvia`: an address of another family than the route's, behind its family. */
const rtvia: Type<string | undefined> = {
  write: (to, address = '::') => bytes.write(to, Buffer.concat([u16Bytes(AF_INET6), ipToBytes(address)])),
  read: (all) => (all.length === 18 && all.readUInt16LE(0) === AF_INET6 ? bytesToIp(all.subarray(2)) : undefined),
  words: (address = '::') => ['inet6', address],
};

const onlink = bit('RTNH_F_ONLINK', 4, 'onlink');

const hopRows = {
  gateway: attribute('RTA_GATEWAY', 5, ip, { word: 'via' }),
  otherGateway: attribute('RTA_VIA', 18, rtvia, { word: 'via' }),
  encapType: attribute('RTA_ENCAP_TYPE', 21, u16, { word: false }),
  encap: attribute('RTA_ENCAP', 22, encapBytes, { word: false }),
};

/** Milliseconds, as `ip` says them. */
const inMilliseconds: typeof u32 = { ...u32, words: (value) => [`${value}ms`] };

const yes = bool(u32, ['0', '1']);

const metricRows = {
  window: attribute('RTAX_WINDOW', 3, u32),
  ssthresh: attribute('RTAX_SSTHRESH', 6, u32),
  cwnd: attribute('RTAX_CWND', 7, u32),
  advmss: attribute('RTAX_ADVMSS', 8, u32),
  reordering: attribute('RTAX_REORDERING', 9, u32),
  hoplimit: attribute('RTAX_HOPLIMIT', 10, u32),
  initcwnd: attribute('RTAX_INITCWND', 11, u32),
  rtoMin: attribute('RTAX_RTO_MIN', 13, inMilliseconds),
  initrwnd: attribute('RTAX_INITRWND', 14, u32),
  quickack: attribute('RTAX_QUICKACK', 15, yes),
  congctl: attribute('RTAX_CC_ALGO', 16, string),
  fastopenNoCookie: attribute('RTAX_FASTOPEN_NO_COOKIE', 17, yes),
};
const METRICS = Object.keys(metricRows) as (keyof RouteMetrics)[];

const hopAttributes = table(hopRows);

const hopHeader = struct('rtnexthop', { length: pad(2), flags: flat(bits(u8, { onlink })), weight: lessOne, device });

const hopRow = rows(hopHeader, hopAttributes);
const hops: typeof hopRow = {
  ...hopRow,
  words: (all, names) =>
    all.flatMap((hop) => [
      ...['nexthop', ...encapWords(readEncap(hop)), ...hopAttributes.words(hop, names)],
      ...(hop.device === undefined ? [] : ['dev', names.device(hop.device)]),
      ...(hop.weight === undefined ? [] : ['weight', String(hop.weight)]),
      ...hopHeader.words(hop, names),
    ]),
};

const routeHeader = struct('rtmsg', {
  family: ipFamily,
  length: u8,
  sourceLength: u8,
  tos: u8,
  lowTable: u8,
  protocol: oneOf(u8, 'RTPROT_', PROTOCOLS),
  scope: oneOf(u8, 'RT_SCOPE_', SCOPES),
  type: oneOf(u8, 'RTN_', TYPES, 'unspec'),
  flags: flat(bits(u32, { onlink, isCopy: bit('RTM_F_CLONED', 0x200) })),
});

const attributes = table({
  destination: attribute('RTA_DST', 1, ip, { word: false }),
  from: attribute('RTA_SRC', 2, ip, { word: false }),
  ...hopRows,
  device: attribute('RTA_OIF', 4, device, { word: 'dev' }),
  source: attribute('RTA_PREFSRC', 7, ip, { word: 'src' }),
  metric: attribute('RTA_PRIORITY', 6, u32),
  nexthopId: attribute('RTA_NH_ID', 30, u32, { word: 'nhid' }),
  table: attribute('RTA_TABLE', 15, u32),
  preference: attribute('RTA_PREF', 20, oneOf(u8, 'ICMPV6_ROUTER_PREF_', PREFERENCES), { word: 'pref' }),
  metrics: attribute(
    'RTA_METRICS',
    8,
    flat(table({ mtu: attribute('RTAX_MTU', 2, u32), ...metricRows, unknownMetrics: others() })),
  ),
  cache: attribute('RTA_CACHEINFO', 12, struct('rta_cacheinfo', { uses: pad(8), expires: s32, rest: pad(20) })),
  hops: attribute('RTA_MULTIPATH', 9, hops, { word: '' }),
  unknown: others(),
});

export const ipRoute = new Family({
  command: ['ip', 'route'],
  messages: ['ROUTE', 24],
  body: body(routeHeader, attributes),
  complete: ({ to, via, nextHops, onlyFrom, metrics, encap, table: number = TABLE_MAIN, ...said }: SaidRoute, verb) => {
    const family = to?.family ?? said.family;
    if (family === undefined || verb === 'list') return { family };
    const all = {
      ...{ ...said, ...metrics, ...writeEncap(encap) },
      ...gateway(family, via),
      family,
      length: to?.length,
      destination: to?.length === 0 ? undefined : to?.address,
      hops: nextHops?.map(({ via: next, encap: wrap, ...hop }) => ({
        ...{ ...hop, ...gateway(family, next), ...writeEncap(wrap) },
      })),
    };
    // inet_rtm_valid_getroute_req: no table, and of a source the whole address.
    if (verb === 'get') return { ...all, sourceLength: said.from === undefined ? 0 : to?.length };
    const tables = number < 256 ? { lowTable: number } : { table: number };
    // As iproute2 does: whoever made it, the kernel included, and of whatever scope (fib_table_delete).
    if (verb === 'delete') return { ...all, ...tables, scope: 'nowhere' as const };
    const scope = usualScope({ family, via, nextHops, ...said });
    return {
      ...{ protocol: 'boot' as const, scope, ...all, ...tables },
      ...(onlyFrom && { from: onlyFrom.address, sourceLength: onlyFrom.length }),
      type: said.type ?? 'unicast',
    };
  },
  state: ({ family, destination = family === 4 ? '0.0.0.0' : '::', length, ...read }): Route => {
    const { hops, from, source, type, tos, metric, nexthopId, mtu, protocol, scope, preference } = read;
    const all = hops ?? [{ ...read, weight: 1 }];
    const nextHops = all.map(
      ({ gateway: own, otherGateway, device: index, weight: share, onlink: isOnlink, ...hop }) => {
        const encap = readEncap(hop);
        return { via: own ?? otherGateway, device: index, weight: share, onlink: isOnlink, ...(encap && { encap }) };
      },
    );
    const given = METRICS.filter((name) => read[name] !== undefined).map((name) => [name, read[name]]);
    return {
      to: { address: destination, length, family },
      via: nextHops[0]?.via,
      device: nextHops[0]?.device,
      nextHops,
      ...{ source, type, tos, metric, nexthopId, mtu, metrics: Object.fromEntries(given) },
      table: read.table ?? read.lowTable,
      ofTheKernel: protocol === 'kernel',
      ...{ protocol, scope, preference, unknown: read.unknown, unknownMetrics: read.unknownMetrics },
      expires: (read.cache?.expires ?? 0) > 0,
      from: from === undefined ? undefined : { address: from, length: read.sourceLength },
      encapsulates: all.some(({ encap }) => encap !== undefined),
    };
  },
  words: (said, names, rest, verb) => {
    const { to, type = 'unicast', device: index, from } = said;
    if (!to) return rest;
    const isWhole = to.length === (to.family === 4 ? 32 : 128);
    // Nothing else would say that it is one of IPv6.
    const nowhere = to.family === 6 && said.via === undefined ? '::/0' : 'default';
    const target = to.length === 0 ? nowhere : isWhole ? to.address : `${to.address}/${to.length}`;
    if (verb !== 'get') return [type === 'unicast' ? undefined : type, target, ...ownWords(said), ...rest];
    const oif = index === undefined ? [] : ['oif', names.device(index)];
    return [target, ...(from === undefined ? [] : ['from', from]), ...oif];
  },
});

/** What stands in the header, where it is not what iproute2 chooses itself. */
function ownWords({ onlyFrom, tos = 0, scope, protocol, encap, table: number = TABLE_MAIN }: SaidRoute): string[] {
  return [
    ...encapWords(encap),
    ...(onlyFrom ? ['from', `${onlyFrom.address}/${onlyFrom.length}`] : []),
    // iproute2 reads it as hexadecimal, with or without the 0x (rtnl_dsfield_a2n).
    ...(tos === 0 ? [] : ['tos', `0x${tos.toString(16)}`]),
    ...(number === TABLE_MAIN || number > 255 ? [] : ['table', String(number)]),
    ...(protocol === undefined || protocol === 'boot' ? [] : ['proto', protocol]),
    ...(scope === undefined ? [] : ['scope', scope === 'universe' ? 'global' : scope]),
  ];
}

/** As iproute2 has it (`iproute_modify`): on IPv4 what has no next hop is on the link. The kernel takes universe, too. */
function usualScope({ family, via, nextHops, nexthopId, type = 'unicast' }: SaidRoute): RouteScope {
  if (family === 6) return 'universe';
  if (type === 'local') return 'host';
  if (type === 'broadcast' || type === 'multicast' || type === 'anycast') return 'link';
  return type === 'unicast' && via === undefined && !nextHops && nexthopId === undefined ? 'link' : 'universe';
}

function gateway(family: IpFamily, via: string | undefined): { gateway?: string; otherGateway?: string } {
  if (via === undefined) return {};
  return family === 4 && via.includes(':') ? { otherGateway: via } : { gateway: via };
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
