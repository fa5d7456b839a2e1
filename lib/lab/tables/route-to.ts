import { isNoRoute } from '../../kernel/no-route.ts';
import { ipRoute, type Route, type RouteType, TABLE_MAIN } from '../../netlink/routing/route.ts';
import { areChanged, ipRule } from '../../netlink/routing/rule.ts';
import { type Family, type Prefix, parsePrefix } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';

/** What the kernel looks at beside the destination, where rules (`ip rule`) ask for it. */
export interface Flow {
  /** ifindex of the device to leave by. */
  device?: number | undefined;
  /** One of the namespace's own addresses; the packet's source, if it came in by a device. */
  from?: string | undefined;
  /** ifindex of the device that the packet came in by. @default it is the namespace's own */
  cameBy?: number | undefined;
  mark?: number | undefined;
  uid?: number | undefined;
  fibmatch?: boolean | undefined;
  tos?: number | undefined;
  /** `IPPROTO_*`. */
  ipproto?: number | undefined;
  sport?: number | undefined;
  dport?: number | undefined;
}

/**
 * The route that the kernel would take for a packet.
 *
 * @throws KernelError as `namespace.route.get` does
 */
export function routeTo(namespace: Namespace, to: string, flow: Flow = {}): Route {
  const { tos, ...rest } = flow;
  const { rtnetlink } = engineOf(namespace);
  return rtnetlink.get(ipRoute.get({ to: parsePrefix(to) as Prefix, ...rest, ...(tos === undefined ? {} : { tos }) }));
}

/** The same, or undefined where the kernel has no way there. */
export function routeIfAny(namespace: Namespace, to: string, flow?: Flow): Route | undefined {
  try {
    return routeTo(namespace, to, flow);
  } catch (error) {
    if (isNoRoute(error)) return undefined;
    throw error;
  }
}

/** Whether somebody added rules (`ip rule`), so that a route depends on more than its destination. */
export function hasRules(namespace: Namespace, family: Family): boolean {
  return areChanged(engineOf(namespace).rtnetlink.list(ipRule.all({ family })), family);
}

/** Whether there are rules that look at more of a packet than its destination and its VRF: at its source, or its mark, say. */
export function hasChoosyRules(namespace: Namespace, family: Family): boolean {
  const rules = engineOf(namespace).rtnetlink.list(ipRule.all({ family }));
  return rules.some(({ isPlain, isOfVrfs }) => !isPlain && !isOfVrfs);
}

/** Not those that come with an address, such as `broadcast`. */
const ADDED: readonly RouteType[] = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw'];

/** Routes of the main table that somebody added, those to nowhere (`blackhole`, `prohibit`, `unreachable`) among them. */
export function listAddedRoutes(namespace: Namespace, family: Family): Route[] {
  return engineOf(namespace)
    .rtnetlink.list(ipRoute.all({ family }))
    .filter(({ table, type, ofTheKernel }) => table === TABLE_MAIN && !ofTheKernel && ADDED.includes(type));
}
