import { checkOptions, show, UsageError, wrongOption } from '../../base/validate.ts';
import { LOOPBACK_IFINDEX } from '../../kernel/constants.ts';
import { among, from } from '../../netlink/codec/value-rule.ts';
import type { Encap } from '../../netlink/routing/lwtunnel.ts';
import { type ipRoute, leadsNowhere, TABLE_MAIN } from '../../netlink/routing/route.ts';
import type { RouteMetrics } from '../../netlink/routing/route-metrics.ts';
import { checkOptionValues } from '../../state/entries/fields.ts';
import { hopFields, metricFields, type RouteEntry, routeEntry, target } from '../../state/entries/route-entry.ts';
import { type Family, familyOf, type Prefix, parsePrefix } from '../../wire/ip-address.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { checkEncap } from './check-encap.ts';

/** A route to add or delete, in the words of `ip route` (camel-cased). */
export interface RouteOptions extends RouteMetrics {
  /** `10.1.0.0/24`, an address, or `default`. */
  to: string;
  /** The family of `default` with neither `via` nor `src`. @default 4 */
  family?: Family;
  /** What happens to a packet. @default 'unicast', which sends it on */
  type?: (typeof ADDED_TYPES)[number];
  /** @default 'main' */
  table?: number | 'main' | 'local' | 'default';
  /** The next hop. An IPv4 route's may be an IPv6 address (RFC 5549). */
  via?: string;
  /** The interface to leave by; needed without `via`. */
  dev?: Interface | string;
  /** Several next hops, instead of `via` and `dev`. Each gets a share of the packets by its weight. */
  nextHops?: readonly RouteHopOptions[];
  /** The id of a nexthop object (`namespace.nexthop`), instead of `via` and `dev`. */
  nhid?: number;
  /** The preferred source address. */
  src?: string;
  /** Of several routes to one destination the one with the least metric counts. @default 0; for IPv6 1024 */
  metric?: number;
  /** The protocol that added it: `static`, `ra`, or a number. @default 'boot' */
  proto?: RouteEntry['proto'];
  /** @default as iproute2 has it: `link` for an IPv4 route without a next hop, `host` for `local`, else `global` */
  scope?: RouteEntry['scope'];
  /** IPv6: which of several default routers is preferred (RFC 4191). @default 'medium' */
  pref?: 'low' | 'medium' | 'high';
  tos?: number;
  /** The longest packet that goes this way, to 65520: the kernel makes a larger value this one (`ip_metrics_convert`). */
  mtu?: number;
  /** The realms of its packets, for IPv4: `'1/2'` is from realm 1 to realm 2, `'2'` is to realm 2 (`CONFIG_IP_ROUTE_CLASSID`). */
  realms?: string;
  /** Treat the next hop as on the link, whatever the other routes are. */
  onlink?: boolean;
  /** The encapsulation of its packets. */
  encap?: Encap;
  /** IPv6: the route counts only for packets from here. */
  from?: string;
}

/** One of several next hops. */
export interface RouteHopOptions {
  via?: string;
  dev?: Interface | string;
  /** Its share, 1 to 256. @default 1 */
  weight?: number;
  onlink?: boolean;
  encap?: Encap;
}

/** The types that iproute2 adds. */
export const ADDED_TYPES = [
  ...(['unicast', 'local', 'broadcast', 'anycast', 'multicast'] as const),
  ...(['blackhole', 'unreachable', 'prohibit', 'throw'] as const),
] as const;

const { dev, nextHops, expires: _, ...ofEntry } = routeEntry.fields;
const FIELDS = { ...ofEntry, type: among(...ADDED_TYPES), nhid: from(1, 2 ** 32 - 1) };

/** Every option of a route. */
export const routeFields = { ...FIELDS, dev, nextHops };

const OPTIONS = Object.keys(routeFields);

/** The loopback, which is no interface of the lab's. */
const LOOPBACK = 'lo';

/**
 * What a spec says of a route, as netlink has it.
 *
 * @param isNew whether it has to say where the route leads: one that is to be deleted is found by its destination alone
 * @throws UsageError
 */
export function parseRoute(
  call: string,
  namespace: Namespace,
  options: RouteOptions,
  isNew: boolean,
): Parameters<typeof ipRoute.add>[0] {
  checkOptions(call, options, OPTIONS);
  const checked = checkOptionValues(call, FIELDS, options);
  if (checked.to === undefined) throw new UsageError(`${call}: to must be ${target.rule}: received undefined`);
  checkTogether(call, options, isNew);
  checkEncap(call, checked.encap);
  const to = destination(call, options);
  checkFamily(call, { ...checked }, to.family);
  if (checked.realms !== undefined && (options.nextHops || checked.nhid !== undefined))
    throw new UsageError(
      `${call}: realms go with neither nextHops nor nhid (fib_create_info): received ${checked.realms}`,
    );
  if (checked.lock?.some((name) => checked[name] === undefined))
    throw new UsageError(`${call}: lock may name only metrics that the call gives: received ${show(checked.lock)}`);
  const { via, src, nhid, onlink, encap, metric, proto, type, table = TABLE_MAIN, tos = 0, mtu, realms } = checked;
  const { nextHops } = options;
  return {
    ...{ to, via, source: src, nexthopId: nhid, metric, table: table as number, tos, mtu, realms, encap },
    device: checked.dev === undefined ? undefined : deviceOf(namespace, checked.dev),
    ...(type === undefined ? {} : { type }),
    ...(nextHops && { nextHops: Array.from(nextHops, (hop, at) => parseHop(call, namespace, hop, at)) }),
    ...(proto === undefined ? {} : { protocol: proto }),
    ...(checked.scope === undefined ? {} : { scope: checked.scope === 'global' ? 'universe' : checked.scope }),
    ...(onlink === undefined ? {} : { onlink }),
    ...{ preference: checked.pref, onlyFrom: checked.from === undefined ? undefined : parsePrefix(checked.from) },
    metrics: Object.fromEntries(Object.keys(metricFields).map((name) => [name, checked[name as keyof RouteMetrics]])),
  };
}

/** The index of a device, the loopback too. @throws UsageError where the namespace has none of the name */
export function deviceOf(namespace: Namespace, dev: Interface | string): number {
  return dev === LOOPBACK ? LOOPBACK_IFINDEX : namespace.interface(dev).index;
}

function parseHop(call: string, namespace: Namespace, hop: RouteHopOptions, at: number) {
  const here = `${call}: nextHops[${at}]`;
  checkOptions(here, hop, Object.keys(hopFields));
  const { dev: _, ...fields } = hopFields;
  const { via, dev, weight = 1, onlink = false, encap } = checkOptionValues(here, fields, hop);
  checkEncap(here, encap);
  if (via === undefined && dev === undefined)
    throw new UsageError(`${here}: a next hop takes via (an address) or dev (an interface)`);
  return { via, device: dev === undefined ? undefined : deviceOf(namespace, dev), weight, onlink, encap };
}

function checkTogether(
  call: string,
  { type = 'unicast', via, dev, nextHops, nhid, encap, onlink }: RouteOptions,
  isNew: boolean,
): void {
  const leads = Object.entries({ via, dev, nextHops, nhid, encap }).filter(([, value]) => value !== undefined);
  const names = leads.map(([name]) => name).join(', ');
  if (leadsNowhere({ type }) && leads.length > 0)
    throw new UsageError(`${call}: a route of the type ${type} leads nowhere, so it takes no ${names}`);
  if (leadsNowhere({ type })) return;
  if (nextHops !== undefined && (!Array.isArray(nextHops) || nextHops.length === 0))
    throw wrongOption(call, 'nextHops', "a list such as [{ via: '10.0.0.2' }]", nextHops);
  if ((nextHops || nhid !== undefined) && leads.length > 1)
    throw new UsageError(
      `${call}: ${nextHops ? 'nextHops stand' : 'nhid stands'} for the whole way: received ${names}`,
    );
  if (nhid !== undefined && onlink)
    throw new UsageError(`${call}: onlink belongs to the nexthop object ${nhid}: say it in nexthop.add`);
  if (isNew && via === undefined && dev === undefined && !nextHops && nhid === undefined)
    throw new UsageError(`${call}: a route takes via (a next hop) or dev (an interface)`);
}

/** Options of one family, with the values that say nothing. The kernel passes over the others in a route of the other family. */
const OF_FAMILY = {
  4: { realms: [], scope: ['global', '0'], tos: [0] },
  6: { pref: [], from: [] },
} as const;

function checkFamily(call: string, values: Readonly<Record<string, unknown>>, family: Family): void {
  const other = family === 4 ? 6 : 4;
  const stray = Object.entries<readonly unknown[]>(OF_FAMILY[other]).find(
    ([name, usual]) => values[name] !== undefined && !usual.includes(values[name]),
  );
  if (!stray) return;
  const [name] = stray;
  const belongs = name === 'realms' ? 'belong' : 'belongs';
  const readBy = family === 4 ? 'rtm_to_fib_config' : 'rtm_to_fib6_config';
  throw new UsageError(`${call}: ${name} ${belongs} to routes of IPv${other} (${readBy}): received ${values[name]}`);
}

/** `default` is of the family of what is said beside it. */
function destination(call: string, { to, family, via, src, nextHops }: RouteOptions): Prefix {
  const prefix = to === 'default' ? undefined : parsePrefix(to);
  if (prefix && family !== undefined && prefix.family !== family)
    throw new UsageError(`${call}: ${to} is of IPv${prefix.family}: received family ${family}`);
  if (prefix) return prefix;
  const chosen = family ?? familyOf(via ?? src ?? nextHops?.[0]?.via ?? '') ?? 4;
  return { address: chosen === 4 ? '0.0.0.0' : '::', length: 0, family: chosen };
}
