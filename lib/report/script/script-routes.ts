import type { Request } from '../../netlink/request.ts';
import { ipNexthop, type Nexthop, RESILIENT } from '../../netlink/routing/nexthop.ts';
import { ipRoute, leadsNowhere, type Route } from '../../netlink/routing/route.ts';
import { areChanged, ipRule } from '../../netlink/routing/rule.ts';
import { FAMILIES } from '../../wire/ip-address.ts';
import type { WholeLabState, WholeNamespace } from '../lab-state.ts';
import { givenRoutes, type SubnetRoute } from './given-routes.ts';
import { sayer } from './script-words.ts';
import { shellLine } from './shell-words.ts';

/** The routes that somebody gave to a namespace, and its routing policy. */
export function routeLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return [
    ...routeRequests(namespace).map(({ verb, request }) =>
      verb === 'delete' ? `${say(request)} 2>/dev/null || true` : say(request),
    ),
    ...FAMILIES.flatMap((family) => ruleLines(state, namespace, family)),
  ];
}

/** A change of a namespace's routes. */
interface RouteRequest {
  readonly verb: 'add' | 'append' | 'replace' | 'delete';
  readonly request: Request;
  /** What is added; undefined where the kernel's own is deleted. */
  readonly route?: Route;
}

/** What makes the routes of a namespace, in an order in which the kernel takes it. */
export function routeRequests(namespace: WholeNamespace): RouteRequest[] {
  const { routes, deleted } = givenRoutes(namespace);
  const inOrder = routes
    .filter((route) => whyNoRoute(route, namespace) === undefined)
    .toSorted((one, other) => rank(one) - rank(other));
  return [
    ...inOrder.map((route, at): RouteRequest => {
      const isAnother = inOrder.slice(0, at).some((before) => keyOf(before) === keyOf(route));
      // In the place of the kernel's own, which is there until here.
      const replaces = deleted.some((gone) => replacesOwn(route, gone));
      const verb = isAnother ? 'append' : replaces ? 'replace' : 'add';
      return { verb, request: ipRoute[verb](routeConfig(route)), route };
    }),
    // Behind them: a next hop may have been given while the route of its subnet was there.
    ...deleted.map(
      ({ to, device, table }): RouteRequest => ({
        verb: 'delete',
        request: ipRoute.delete({ to, device, table, protocol: 'kernel' }),
      }),
    ),
  ];
}

/** Why a script cannot make a route. */
export function whyNoRoute(
  { encapsulates, unknown, unknownMetrics, nexthopId, nextHops }: Route,
  { nexthops }: WholeNamespace,
): string | undefined {
  const nexthop = nexthops.find(({ id }) => id === nexthopId);
  if (nexthopId !== undefined && (!nexthop || whyNoNexthop(nexthop, nexthops)))
    return `its nexthop ${nexthopId} is left out`;
  if (encapsulates && nextHops.every(({ encap }) => encap === undefined)) return 'it encapsulates (encap)';
  const attributes = nexthopId === undefined ? unknown : [];
  const names = [...attributes.map((each) => `attribute ${each}`), ...unknownMetrics.map((each) => `metric ${each}`)];
  return names.length > 0 ? names.join(', ') : undefined;
}

/** IPv6's own (`IP6_RT_PRIO_USER`); IPv4 has none. */
const IPV6_METRIC = 1024;

/** What adds a route again, without what the kernel chooses by itself. */
export function routeConfig(route: Route): Parameters<typeof ipRoute.add>[0] {
  const { to, type, table, tos, source, metric, mtu, metrics, protocol, preference, from, nexthopId, nextHops } = route;
  const { realms } = route;
  const several = nextHops.length > 1;
  const leads = !leadsNowhere(route);
  const [first] = nextHops;
  const usual = to.family === 4 && first?.via === undefined && !several ? 'link' : 'universe';
  const isUsual = to.family === 6 || !leads || type !== 'unicast' || route.scope === usual || nexthopId !== undefined;
  return {
    ...{ to, type, table, tos, source, mtu, realms, metrics, protocol, onlyFrom: from },
    ...(isUsual ? {} : { scope: route.scope }),
    metric: to.family === 6 && metric === IPV6_METRIC ? undefined : metric,
    preference: preference === 'medium' ? undefined : preference,
    ...(nexthopId === undefined ? (leads ? hops(nextHops, several) : {}) : { nexthopId }),
  };
}

function hops(nextHops: Route['nextHops'], several: boolean): Parameters<typeof ipRoute.add>[0] {
  const [first] = nextHops;
  return several
    ? { nextHops }
    : { via: first?.via, device: first?.device, onlink: first?.onlink ?? false, encap: first?.encap };
}

/** What is an address, then where links lead, then what needs them: a preferred source, a next hop. */
function rank({ type, via, nextHops }: Route): number {
  if (type === 'local') return 0;
  return via === undefined && nextHops.length < 2 ? 1 : 2;
}

/** What `add` looks at to tell two routes apart (`NLM_F_EXCL`). */
function keyOf({ to, tos, metric, table, from }: Route): string {
  return JSON.stringify([to, tos, metric, table, from]);
}

function replacesOwn({ to, tos, metric, table }: Route, gone: SubnetRoute): boolean {
  const isSame = to.family === 4 && to.address === gone.to.address && to.length === gone.to.length;
  return isSame && tos === 0 && !metric && table === gone.table;
}

/** The whole policy anew. `flush` leaves the rule of priority 0, the kernel's own of the table `local`. */
function ruleLines(state: WholeLabState, namespace: WholeNamespace, family: 4 | 6): string[] {
  const rules = namespace.rules.filter((rule) => rule.family === family);
  if (!areChanged(rules, family)) return [];
  const say = sayer(state, namespace.name);
  const isLocal = ({ isPlain, priority, table }: (typeof rules)[number]) => isPlain && priority === 0 && table === 255;
  return [
    shellLine('ip', '-n', namespace.name, `-${family}`, 'rule', 'flush'),
    ...rules.filter((rule) => !isLocal(rule) && rule.unknown.length === 0).map((rule) => say(ipRule.add(rule))),
    ...(rules.some(isLocal) ? [] : [shellLine('ip', '-n', namespace.name, `-${family}`, 'rule', 'del', 'priority', 0)]),
  ];
}

/** What makes the nexthops of a namespace, in an order in which the kernel takes it. */
export function nexthopRequests(namespace: WholeNamespace): Request[] {
  return nexthopsInOrder(namespace).map(({ unknown: _, encapsulates: __, group, device, groupType, ...rest }) =>
    ipNexthop.add({
      ...rest,
      ...(group.length > 0 ? { group, groupType } : {}),
      // The kernel hangs one that drops on the loopback.
      ...(rest.blackhole ? {} : { device }),
    }),
  );
}

/** The nexthops that a script makes, in an order in which the kernel takes them. */
export function nexthopsInOrder({ nexthops }: WholeNamespace): Nexthop[] {
  return nexthops
    .filter((each) => whyNoNexthop(each, nexthops) === undefined)
    .toSorted((one, other) => one.group.length - other.group.length);
}

/** Why a script cannot make a nexthop. */
export function whyNoNexthop(
  { encapsulates, encap, unknown, groupType, group }: Nexthop,
  all: readonly Nexthop[],
): string | undefined {
  const members = group.map(({ id }) => all.find((each) => each.id === id));
  const missing = members.find((member) => !member || whyNoNexthop(member, all));
  if (missing) return `it has ${missing.id}`;
  if (encapsulates && !encap) return 'it encapsulates (encap)';
  if (groupType > RESILIENT) return `it is a group of the type ${groupType}`;
  return unknown.length > 0 ? unknown.map((each) => `attribute ${each}`).join(', ') : undefined;
}
