import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Interface, Namespace } from '../../lab/index.ts';
import { areOnOneLink } from '../../lab/segment.ts';
import { addressesOf } from '../../lab/tables/address-list.ts';
import { hasRules, listAddedRoutes, routeIfAny } from '../../lab/tables/route-to.ts';
import { bridge } from '../../links/bridge.ts';
import type { Cause } from '../../model/cause.ts';
import { routeWords } from '../../model/route-lookup.ts';
import { isRoutable } from '../../netlink/address.ts';
import { ipRoute, type Route, USUAL_TABLES } from '../../netlink/routing/route.ts';
import { ownerOf } from '../../trace/owner.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';
import { deviceName } from '../names.ts';
import { modelled } from './by-model.ts';
import { unusedRoute } from './unused-route.ts';

/** What a namespace's routes say of a destination: a route, why there is none, or neither where rules have a say, too. */
export interface RouteVerdict {
  route?: Route | undefined;
  cause?: Cause | undefined;
}

export function routeFor(namespace: Namespace, to: string): RouteVerdict {
  const family = familyOf(to) ?? 4;
  // Which table is asked depends on source, mark and device then (`fib_rules_lookup`): better no reason than a wrong one.
  if (hasRules(namespace, family)) return {};
  const route = routeIfAny(namespace, to) ?? (family === 6 ? routeFromOwn(namespace, to) : undefined);
  if (route) return { route };
  return { cause: toNowhere(namespace, to) ?? noRoute(namespace, to) };
}

/**
 * No route leads to an address. The cause names both ends if the holder of the address is on the same link, in another subnet, and a device
 * there that has no IPv6.
 */
export function noRoute(namespace: Namespace, to: string): Cause {
  const facts = { namespace: namespace.name, to, ...unusedRoute(namespace, to) };
  const holder = ownerOf(namespace.lab, to);
  const device = holder && namespace.interfaces.find((each) => areOnOneLink(each, holder));
  const family = familyOf(to);
  const all = device?.address.list().filter((each) => each.family === family && isRoutable(each)) ?? [];
  const [own] = all;
  if (device && family === 6 && hasNoIpv6(device))
    return { code: 'route.none', facts: { ...facts, withoutIpv6: deviceName(device) } };
  // The ports of a switch may be in several VLANs.
  if (!holder || !device || !own || all.some((each) => contains(each, to)) || filtersVlans(device.peer))
    return { code: 'route.none', facts };
  const near = { device: deviceName(device), own: `${own.address}/${own.length}`, holder: deviceName(holder) };
  return { code: 'route.none', facts: { ...facts, near } };
}

function hasNoIpv6({ name, namespace }: Interface): boolean {
  const sysctl = `net/ipv6/conf/${name}/disable_ipv6`;
  return readSysctls(engineOf(namespace).netns, [sysctl]).get(sysctl) === '1';
}

function filtersVlans(port: Interface | undefined): boolean {
  const known = port?.bridge && modelled(port.bridge);
  return known !== undefined && bridge.of(known.link).vlanFiltering === true;
}

/** IPv6: a route for certain sources alone is found once the source has been chosen (`ip6_dst_lookup_tail`). */
function routeFromOwn(namespace: Namespace, to: string): Route | undefined {
  const sources = addressesOf(namespace.interfaces, 6);
  for (const { address } of sources.filter(isRoutable)) {
    const route = routeIfAny(namespace, to, { from: address });
    if (route) return route;
  }
  return undefined;
}

/** Of several next hops any will do (`fib_info_nh_uses_dev`), and the kernel tells of one. */
export function hasSeveralHops(namespace: Namespace, address: string): boolean {
  return listAddedRoutes(namespace, familyOf(address) ?? 4).some(
    ({ to, type, device }) => type === 'unicast' && device === undefined && contains(to, address),
  );
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
  for (const table of USUAL_TABLES) {
    const [most] = all.filter((each) => each.table === table).toSorted((a, b) => b.to.length - a.to.length);
    const type = most?.type;
    if (most && (type === 'blackhole' || type === 'unreachable' || type === 'prohibit'))
      return { code: `route.${type}`, facts: { namespace, route: routeWords(most) } };
    if (most && type !== 'throw') return undefined;
  }
  return undefined;
}
