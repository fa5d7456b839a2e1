import { flag, ip, realms, u32 } from '../../netlink/codec/scalars.ts';
import { among, amount, from, listOf, text, word } from '../../netlink/codec/value-rule.ts';
import type { Encap } from '../../netlink/routing/lwtunnel.ts';
import {
  ipRoute,
  ROUTE_PREFERENCES,
  ROUTE_PROTOCOLS,
  ROUTE_TYPES,
  type Route,
  type RouteProtocol,
  TABLE_DEFAULT,
  TABLE_LOCAL,
  TABLE_MAIN,
} from '../../netlink/routing/route.ts';
import type { NextHop } from '../../netlink/routing/route-hops.ts';
import { LOCKABLE, ROUTE_FEATURES, type RouteMetrics } from '../../netlink/routing/route-metrics.ts';
import type { Family } from '../../wire/ip-address.ts';
import { encap } from './encap-field.ts';
import { type DeviceNames, describeEntry, nameOrNone } from './entry-kind.ts';
import { deviceName, type Field, inner, network, networkWords } from './fields.ts';
import { endsLinkOrAddress, endsNexthop } from './silent-ends.ts';

/** One of several next hops of a route. */
export interface RouteHop {
  via: string | undefined;
  dev: string | undefined;
  /** Its share, from 1. */
  weight: number;
  onlink: boolean;
  encap: Encap | undefined;
}

/** A route, as `ip route` has it: in the words in which a spec adds one. */
export interface RouteEntry
  extends RouteMetrics,
    Pick<Route, 'type' | 'table' | 'metric' | 'tos' | 'mtu' | 'realms' | 'expires'> {
  family: Family;
  /** `10.1.0.0/24`, an address, or `default`. */
  to: string;
  /** The next hop; without one `to` is on the link. */
  via: string | undefined;
  /** The interface to leave by. */
  dev: string | undefined;
  /** All of several next hops; then {@link via} and {@link dev} are undefined. */
  nextHops: RouteHop[] | undefined;
  /** The id of the nexthop object that it leads to. */
  nhid: number | undefined;
  /** The preferred source address. */
  src: string | undefined;
  /** The protocol that added it: `kernel`, `boot` (`ip` by hand), `static`, `ra` … */
  proto: RouteProtocol;
  scope: 'global' | 'site' | 'link' | 'host' | 'nowhere' | `${number}`;
  /** IPv6: which of several default routers is preferred (RFC 4191). */
  pref: 'low' | 'medium' | 'high' | `${number}` | undefined;
  /** Its next hop is treated as on the link. */
  onlink: boolean;
  /** The encapsulation of its packets; undefined also for a kind that hairpin does not know. */
  encap: Encap | undefined;
  /** IPv6: the route counts only for packets from here. */
  from: string | undefined;
}

const TABLES = { default: TABLE_DEFAULT, main: TABLE_MAIN, local: TABLE_LOCAL } as const;

/** A routing table; the three that have names by them, too. */
export const routeTable: Field = {
  rule: 'a number from 1 to 4294967295, main, local or default',
  schema: { anyOf: [{ type: 'integer', minimum: 1, maximum: 2 ** 32 - 1 }, { enum: Object.keys(TABLES) }] },
  accept: (value) => {
    if (typeof value === 'string')
      return Object.hasOwn(TABLES, value) ? TABLES[value as keyof typeof TABLES] : undefined;
    return Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 32 ? value : undefined;
  },
};

/** A destination. */
export const target: Field = {
  rule: `default, ${network.rule}`,
  schema: { type: 'string' },
  accept: (value) => (value === 'default' ? value : defaultOr(network.accept(value))),
};

export const hopFields = { via: ip, dev: deviceName, weight: from(1, 256), onlink: flag, encap };

/** A list of these words. Each is read once, in the order of `words`. */
function wordList(words: readonly string[]): Field {
  const list = listOf(among(...words), { rule: `a list of ${words.join(', ')}` });
  return {
    ...list,
    accept: (value) => {
      const given = list.accept(value) as string[] | undefined;
      return given && words.filter((word) => given.includes(word));
    },
  };
}

/** A message counts it in eighths or quarters (`RTAX_RTT`, `RTAX_RTTVAR`). */
const estimate = amount('milliseconds', 0, 2 ** 29 - 1);

// The kernel takes a larger value, but sets this one (ip_metrics_convert).
const mtuField = from(0, 65_535 - 15);
const advmss = from(0, 65_535 - 40);

export const metricFields = {
  ...{ lock: wordList(LOCKABLE), features: wordList(ROUTE_FEATURES), rtt: estimate, rttvar: estimate },
  ...{ window: u32, ssthresh: u32, cwnd: u32, advmss, reordering: u32 },
  ...{ hoplimit: from(0, 255), initcwnd: u32, rtoMin: u32, initrwnd: u32 },
  ...{ quickack: flag, congctl: text, fastopenNoCookie: flag },
};

export const routeEntry = describeEntry<Route, RouteEntry>({
  noun: 'route',
  monitored: ['route', 'link', 'nexthop', 'address'],
  endsSilently: (message) => endsLinkOrAddress(message) || endsNexthop(message),
  family: ipRoute,
  requests: [ipRoute.all({ family: 4 }), ipRoute.all({ family: 6 })],
  fields: {
    ...{ to: target, family: among(4, 6), type: word(...ROUTE_TYPES), table: routeTable, via: ip, dev: deviceName },
    ...{ nextHops: inner(hopFields), nhid: u32, src: ip, metric: u32, proto: word(...ROUTE_PROTOCOLS) },
    ...{
      scope: word('global', 'site', 'link', 'host', 'nowhere'),
      pref: word(...ROUTE_PREFERENCES),
      tos: from(0, 255),
    },
    ...{ mtu: mtuField, realms, ...metricFields, onlink: flag, encap, from: network, expires: flag },
  },
  entries: (route, names) => (route.isOver ? [] : [entryOf(route, names)]),
  // Both are the default route, and the entry of either says so.
  complete: (expected) => {
    const family = expected['to'] === '0.0.0.0/0' ? 4 : expected['to'] === '::/0' ? 6 : undefined;
    return family && expected['family'] === undefined ? { ...expected, family } : expected;
  },
  isOf: ({ dev, nextHops = [] }, device) => dev === device || nextHops.some((hop) => hop.dev === device),
});

/** What the kernel does not say is undefined, which a spec may ask for. */
const NO_METRICS: RouteMetrics = Object.fromEntries(Object.keys(metricFields).map((name) => [name, undefined]));

/** A route of the kernel's with names in place of numbers. */
export function entryOf(route: Route, names: DeviceNames): RouteEntry {
  const { to, type, table, nexthopId, source, metric, protocol, scope, preference, tos, mtu, metrics, expires } = route;
  const { realms } = route;
  const [first, ...others] = route.nextHops.map((hop) => hopOf(hop, names));
  const isOne = others.length === 0;
  return {
    ...{ family: to.family, to: destinationWords(to), type, table },
    ...{ via: isOne ? first?.via : undefined, dev: isOne ? first?.dev : undefined },
    nextHops: first && !isOne ? [first, ...others] : undefined,
    ...{ nhid: nexthopId, src: source, metric, proto: protocol },
    scope: scope === 'universe' ? 'global' : scope,
    ...{ pref: preference, tos, mtu, realms, ...NO_METRICS, ...metrics, onlink: isOne && first?.onlink === true },
    encap: isOne ? first?.encap : undefined,
    ...{ from: route.from && networkWords(route.from), expires },
  };
}

/** A destination as a spec writes it. */
function destinationWords(to: Route['to']): string {
  return to.length === 0 ? 'default' : networkWords(to);
}

function hopOf({ via, device, weight, onlink, encap: wrap }: NextHop, names: DeviceNames): RouteHop {
  return { via, dev: nameOrNone(names, device), weight, onlink, encap: wrap };
}

function defaultOr(to: unknown): unknown {
  return to === '0.0.0.0/0' || to === '::/0' ? 'default' : to;
}
