import { engineOf } from '../../lab/engines/engine.ts';
import type { Namespace } from '../../lab/index.ts';
import type { Flow } from '../../lab/tables/route-to.ts';
import { routeWords } from '../../model/route-lookup.ts';
import { ipRoute, type Route } from '../../netlink/routing/route.ts';
import { ipRule, type Rule } from '../../netlink/routing/rule.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';

/** What a rule that leads nowhere does. */
const NOWHERE: readonly string[] = ['blackhole', 'unreachable', 'prohibit'];

/** A rule, in the words of `ip rule`, or a route, in those of `ip route`. */
export type Decision = { rule?: string; route?: string };

/**
 * The rule that ends a look-up and leads nowhere, or the route of the table that it names (`fib_rules_lookup`).
 *
 * @returns neither where the look-up ends elsewhere, or where a rule before asks for what only the kernel knows of the packet
 */
export function decisionFor(namespace: Namespace, to: string, flow: Flow): Decision {
  const { rtnetlink } = engineOf(namespace);
  const family = familyOf(to) ?? 4;
  const routes = rtnetlink.list(ipRoute.all({ family })).filter((each) => contains(each.to, to));
  for (const rule of rtnetlink.list(ipRule.all({ family }))) {
    const isFor = matches(rule, namespace, to, flow);
    if (isFor === undefined) return {};
    if (!isFor || rule.action === 'nop') continue;
    if (NOWHERE.includes(rule.action))
      return { rule: rtnetlink.wordsOf(ipRule.delete(rule)).replace(/^.* rule del(ete)? /, '') };
    if (rule.action !== 'to_tbl' || rule.l3mdev) return {};
    const route = routeIn(routes, rule);
    if (route) return NOWHERE.includes(route.type) ? { route: routeWords(route) } : {};
  }
  return {};
}

/** Whether a rule is for a packet; undefined where nobody can tell. */
function matches(rule: Rule, namespace: Namespace, to: string, flow: Flow): boolean | undefined {
  const { from, iif, oif, ipproto, sport, dport, fwmark, tunId, uidrange, tos, unknown } = rule;
  const isHidden = [oif, fwmark, tunId, uidrange].some((each) => each !== undefined) || tos > 0 || unknown.length > 0;
  const asks: (boolean | undefined)[] = [
    isHidden ? undefined : true,
    rule.to ? contains({ ...rule.to, family: rule.family }, to) : true,
    from ? flow.from && contains({ ...from, family: rule.family }, flow.from) : true,
    iif === undefined ? true : iif === cameBy(namespace, flow),
    ipproto === undefined ? true : flow.ipproto && flow.ipproto === ipproto,
    ...[[sport, flow.sport] as const, [dport, flow.dport] as const].map(([range, port]) =>
      range ? port && port >= range.first && port <= range.last : true,
    ),
  ].map((each) => (each === undefined || each === 0 || each === '' ? undefined : Boolean(each)));
  if (asks.includes(false)) return rule.not;
  return asks.includes(undefined) ? undefined : !rule.not;
}

/** What a namespace sends itself comes by its loopback. */
function cameBy({ interfaces }: Namespace, flow: Flow): string | undefined {
  return flow.cameBy === undefined ? 'lo' : interfaces.find(({ index }) => index === flow.cameBy)?.name;
}

/** The route that a table has; a `throw` sends the look-up on to the next rule. */
function routeIn(routes: readonly Route[], { table, suppressPrefixlength = -1, suppressIfgroup }: Rule) {
  const [most] = routes
    .filter((each) => each.table === table)
    .toSorted((one, other) => other.to.length - one.to.length);
  if (!most || most.type === 'throw') return undefined;
  return suppressIfgroup !== undefined || most.to.length > suppressPrefixlength ? most : undefined;
}
