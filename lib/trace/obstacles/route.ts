import { isNoRoute } from '../../kernel/no-route.ts';
import type { Namespace, Route } from '../../lab/index.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';
import type { Obstacle } from './obstacle.ts';

/** What a namespace's routes say of a destination: a route, why there is none, or neither where rules have a say, too. */
export interface RouteVerdict {
  route?: Route;
  obstacle?: Obstacle;
}

/** @param words what the destination is to the namespace: `route to`, `route back to` */
export function routeFor(namespace: Namespace, to: string, words = 'route to'): RouteVerdict {
  const family = familyOf(to) ?? 4;
  // Which table is asked depends on source, mark and device then (`fib_rules_lookup`): better no reason than a wrong one.
  if (namespace.route.hasRules(family)) return {};
  try {
    return { route: namespace.route.get(to) };
  } catch (error) {
    if (!isNoRoute(error)) throw error;
    return { obstacle: toNowhere(namespace, to) ?? noRoute(namespace, to, words) };
  }
}

function noRoute(namespace: Namespace, to: string, words: string): Obstacle {
  return { text: `${namespace} has no ${words} ${to}`, hint: `${namespace}.route.add({ to: '${to}', via: … })` };
}

/** A route that is there and leads nowhere: blackhole, prohibit, unreachable (`fib_props`). */
function toNowhere(namespace: Namespace, to: string): Obstacle | undefined {
  const added = namespace.route.listAdded(familyOf(to) ?? 4).filter((each) => contains(each.to, to));
  const [most] = added.toSorted((a, b) => b.to.length - a.to.length);
  if (!most || most.type === 'unicast' || most.type === 'throw') return undefined;
  const route = `${most.type} ${most.to.address}/${most.to.length}`;
  return {
    text: `${namespace} has a route that leads nowhere: ${route}`,
    hint: `on ${namespace}: ip route del ${route}`,
  };
}
