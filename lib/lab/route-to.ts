import { ipRoute, type Route, type RouteType, TABLE_MAIN } from '../netlink/route.ts';
import { areChanged, ipRule } from '../netlink/rule.ts';
import { type Family, type Prefix, parsePrefix } from '../wire/ip-address.ts';
import { engineOf } from './engine.ts';
import type { Namespace } from './namespace.ts';

/**
 * The route that the kernel would take; or would by one device (its index), or from one of the namespace's addresses.
 *
 * @throws KernelError as `namespace.route.get` does
 */
export function routeTo(
  namespace: Namespace,
  to: string,
  { device, from }: { device?: number | undefined; from?: string | undefined } = {},
): Route {
  return engineOf(namespace).rtnetlink.get(ipRoute.get({ to: parsePrefix(to) as Prefix, device, from }));
}

/** Whether somebody added rules (`ip rule`), so that a route depends on more than its destination. */
export function hasRules(namespace: Namespace, family: Family): boolean {
  return areChanged(engineOf(namespace).rtnetlink.list(ipRule.all({ family })), family);
}

/** Not those that come with an address, such as `broadcast`. */
const ADDED: readonly RouteType[] = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw'];

/** Routes of the main table that somebody added, those to nowhere (`blackhole`, `prohibit`, `unreachable`) among them. */
export function listAddedRoutes(namespace: Namespace, family: Family): Route[] {
  return engineOf(namespace)
    .rtnetlink.list(ipRoute.all({ family }))
    .filter(({ table, type, ofTheKernel }) => table === TABLE_MAIN && !ofTheKernel && ADDED.includes(type));
}
