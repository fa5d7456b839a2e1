import { isNoRoute } from '../../kernel/no-route.ts';
import { engineOf } from '../../lab/engine.ts';
import type { Namespace, Route } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { ipRoute, TABLE_MAIN } from '../../netlink/route.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';

const [TABLE_LOCAL, TABLE_DEFAULT] = [255, 253];
const TABLES = [TABLE_LOCAL, TABLE_MAIN, TABLE_DEFAULT];

/** What a namespace's routes say of a destination: a route, why there is none, or neither where rules have a say, too. */
export interface RouteVerdict {
  route?: Route;
  cause?: Cause;
}

export function routeFor(namespace: Namespace, to: string): RouteVerdict {
  const family = familyOf(to) ?? 4;
  // Which table is asked depends on source, mark and device then (`fib_rules_lookup`): better no reason than a wrong one.
  if (namespace.route.hasRules(family)) return {};
  try {
    return { route: namespace.route.get(to) };
  } catch (error) {
    if (!isNoRoute(error)) throw error;
    return { cause: toNowhere(namespace, to) ?? { code: 'route.none', facts: { namespace: namespace.name, to } } };
  }
}

/** Why a host has no way back to who asked it. */
export function noWayBack(namespace: Namespace, to: string): Cause | undefined {
  const { cause } = routeFor(namespace, to);
  return cause?.code === 'route.none' ? { ...cause, facts: { ...cause.facts, back: true } } : cause;
}

/** A route that is there and leads nowhere: blackhole, prohibit, unreachable (`fib_props`). */
export function toNowhere(from: Namespace, to: string): Cause | undefined {
  const { name: namespace, rtnetlink } = engineOf(from);
  const all = rtnetlink.list(ipRoute.all({ family: familyOf(to) ?? 4 })).filter((each) => contains(each.to, to));
  // Table local is asked first, then main, then default (fib_default_rules_init).
  for (const table of TABLES) {
    const [most] = all.filter((each) => each.table === table).toSorted((a, b) => b.to.length - a.to.length);
    const type = most?.type;
    if (most && (type === 'blackhole' || type === 'unreachable' || type === 'prohibit')) {
      const words = [type, `${most.to.address}/${most.to.length}`, ...(table === TABLE_MAIN ? [] : ['table', table])];
      return { code: `route.${type}`, facts: { namespace, route: words.join(' ') } };
    }
    if (most && type !== 'throw') return undefined;
  }
  return undefined;
}
