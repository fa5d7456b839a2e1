import type { AddressState } from '../netlink/address.ts';
import { ipAddress } from '../netlink/address.ts';
import { bridgeVlan } from '../netlink/bridge-vlan.ts';
import { ipLink } from '../netlink/link.ts';
import { bridgeMdb } from '../netlink/mdb.ts';
import { bridgeFdb, ipNeighbour } from '../netlink/neighbour.ts';
import { ipNexthop, type Nexthop } from '../netlink/nexthop.ts';
import { ipRoute, type Route } from '../netlink/route.ts';
import { areChanged, ipRule } from '../netlink/rule.ts';
import type { Link } from '../state/network-state.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { givenAddresses, isWithheld } from './given-addresses.ts';
import { givenRoutes, type SubnetRoute } from './given-routes.ts';
import { loopbackOf } from './lab-devices.ts';
import type { WholeLabState, WholeNamespace } from './lab-state.ts';
import { devicesOf } from './script-links.ts';
import { sayer } from './script-words.ts';
import { quote, shellLine } from './shell-words.ts';

const FAMILIES = [4, 6] as const;

/** Brings up what was up, devices before those on top of them. */
export function upLines(state: WholeLabState): string[] {
  const up = (namespace: WholeNamespace, link: Link | undefined) =>
    link?.up ? [sayer(state, namespace.name)(ipLink.change({ index: link.index, up: true }))] : [];
  const { namespaces } = state;
  return [
    ...namespaces.flatMap((namespace) => up(namespace, loopbackOf(namespace))),
    ...namespaces.flatMap((each) =>
      up(
        each,
        each.links.find(({ index }) => index === each.bridge),
      ),
    ),
    ...devicesOf(state).flatMap(({ link, namespace }) => up(namespace, link)),
  ];
}

export function addressLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.links.flatMap((link) =>
    givenAddresses(namespace, link).map((address) => say(ipAddress.add(saidAddress(address, link)))),
  );
}

/** What somebody said of an address, as far as it is not so by itself. */
export function saidAddress(address: AddressState, { name }: Link): Parameters<typeof ipAddress.add>[0] {
  const { index, family, address: own, length, peer, scope, metric, broadcast, label, lifetime } = address;
  // The kernel finds the scope of an IPv6 address out itself.
  return {
    ...{ index, family, address: own, length, peer, metric, broadcast, lifetime },
    ...(family === 4 ? { scope } : {}),
    ...(label === name ? {} : { label }),
    noPrefixRoute: address.noPrefixRoute,
    ...{ home: address.home, managesTemporary: address.managesTemporary, autojoin: address.autojoin },
    nodad: family === 6 && !isWithheld(address),
  };
}

export function routeLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  const { routes, deleted } = givenRoutes(namespace);
  const inOrder = routes
    .filter((route) => whyNoRoute(route, namespace) === undefined)
    .toSorted((one, other) => rank(one) - rank(other));
  return [
    ...inOrder.map((route, at) => {
      const said = saidRoute(route);
      if (inOrder.slice(0, at).some((before) => keyOf(before) === keyOf(route))) return say(ipRoute.append(said));
      // In the place of the kernel's own, which is there until here.
      const replaces = deleted.some((gone) => replacesOwn(route, gone));
      return say(replaces ? ipRoute.replace(said) : ipRoute.add(said));
    }),
    // Behind them: a next hop may have been given while the route of its subnet was there.
    ...deleted.map(
      ({ to, device }) => `${say(ipRoute.delete({ to, device, protocol: 'kernel' }))} 2>/dev/null || true`,
    ),
    ...FAMILIES.flatMap((family) => ruleLines(state, namespace, family)),
  ];
}

/** Why a script cannot make a route. */
export function whyNoRoute(
  { encapsulates, unknown, unknownMetrics, nexthopId }: Route,
  { nexthops }: WholeNamespace,
): string | undefined {
  const nexthop = nexthops.find(({ id }) => id === nexthopId);
  if (nexthopId !== undefined && (!nexthop || whyNoNexthop(nexthop, nexthops)))
    return `its nexthop ${nexthopId} is left out`;
  if (encapsulates) return 'it encapsulates (encap)';
  const attributes = nexthopId === undefined ? unknown : [];
  const names = [...attributes.map((each) => `attribute ${each}`), ...unknownMetrics.map((each) => `metric ${each}`)];
  return names.length > 0 ? names.join(', ') : undefined;
}

/** IPv6's own (`IP6_RT_PRIO_USER`); IPv4 has none. */
const IPV6_METRIC = 1024;

/** What somebody said of a route, as far as it is not so by itself. */
export function saidRoute(route: Route): Parameters<typeof ipRoute.add>[0] {
  const { to, type, table, tos, source, metric, mtu, protocol, preference, from, nexthopId, nextHops } = route;
  const several = nextHops.length > 1;
  const leads = !['blackhole', 'unreachable', 'prohibit', 'throw'].includes(type);
  const [first] = nextHops;
  const usual = to.family === 4 && first?.via === undefined && !several ? 'link' : 'universe';
  const isUsual = to.family === 6 || !leads || type !== 'unicast' || route.scope === usual || nexthopId !== undefined;
  return {
    ...{ to, type, table, tos, source, mtu, protocol, onlyFrom: from },
    ...(isUsual ? {} : { scope: route.scope }),
    metric: to.family === 6 && metric === IPV6_METRIC ? undefined : metric,
    preference: preference === 'medium' ? undefined : preference,
    ...(nexthopId === undefined ? (leads ? hops(nextHops, several) : {}) : { nexthopId }),
  };
}

function hops(nextHops: Route['nextHops'], several: boolean): Parameters<typeof ipRoute.add>[0] {
  const [first] = nextHops;
  return several ? { nextHops } : { via: first?.via, device: first?.device, onlink: first?.onlink ?? false };
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
  return isSame && tos === 0 && !metric && table === 254;
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

export function nexthopLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  const singleFirst = namespace.nexthops.toSorted((one, other) => one.group.length - other.group.length);
  return singleFirst
    .filter((each) => whyNoNexthop(each, namespace.nexthops) === undefined)
    .map(({ unknown: _, encapsulates: __, groupType: ___, group, device, ...rest }) =>
      say(
        ipNexthop.add({
          ...rest,
          ...(group.length > 0 ? { group } : {}),
          // The kernel hangs one that drops on the loopback.
          ...(rest.blackhole ? {} : { device }),
        }),
      ),
    );
}

/** Why a script cannot make a nexthop. */
export function whyNoNexthop(
  { encapsulates, unknown, groupType, group }: Nexthop,
  all: readonly Nexthop[],
): string | undefined {
  const members = group.map(({ id }) => all.find((each) => each.id === id));
  const missing = members.find((member) => !member || whyNoNexthop(member, all));
  if (missing) return `it has ${missing.id}`;
  if (encapsulates) return 'it encapsulates (encap)';
  if (groupType !== 0) return 'it is a resilient group';
  return unknown.length > 0 ? unknown.map((each) => `attribute ${each}`).join(', ') : undefined;
}

export function neighbourLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.neighbours
    .filter((neighbour) => neighbour.state === 'PERMANENT')
    .map((neighbour) => say(ipNeighbour.replace(neighbour)));
}

export function proxyLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.proxies.map((proxy) => say(ipNeighbour.add({ ...proxy, proxy: true })));
}

/** What somebody said of a forwarding entry; what is learnt is left out: the bridge learns it again. */
export function fdbLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return givenFdb(namespace).map(({ mac, device, vlan, sticky, local, bridge }) =>
    say(
      bridgeFdb.replace({
        ...{ mac, device, vlan, sticky, state: local ? ('PERMANENT' as const) : ('NOARP' as const) },
        // Of the bridge itself it is its own, of a port its master's.
        ...(device === bridge ? { self: true } : { master: true }),
      }),
    ),
  );
}

/** The static entries of bridges, but for what comes and goes with a port: its own address, the groups that it listens to. */
export function givenFdb({ fdb, links }: WholeNamespace): WholeNamespace['fdb'] {
  const isOwn = ({ bridge, mac }: (typeof fdb)[number]) =>
    isGroupMac(mac) || links.some((link) => (link.index === bridge || link.master === bridge) && link.mac === mac);
  return fdb.filter((entry) => entry.bridge !== undefined && entry.permanent && !(entry.local && isOwn(entry)));
}

export function mdbLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.mdb.filter((entry) => entry.state === 'permanent').map((entry) => say(bridgeMdb.add(entry)));
}

/** The VLANs of ports: a new port, and the bridge itself, has the bridge's default one, untagged. */
export function vlanLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  const present = namespace.vlans.some(({ vlans }) => vlans.length > 0);
  return present
    ? namespace.vlans.flatMap(({ index, vlans }) => {
        const link = namespace.links.find((each) => each.index === index);
        const self = link?.kind === 'bridge' ? { self: true } : {};
        const isUsual = ({ vid, pvid, untagged }: (typeof vlans)[number]) => vid === 1 && pvid && untagged;
        const usual = vlans.some(isUsual) ? [] : [say(bridgeVlan.delete({ index, vid: 1, ...self }))];
        const others = vlans.filter((each) => !isUsual(each));
        return [...usual, ...others.map((each) => say(bridgeVlan.add({ index, ...each, ...self })))];
      })
    : [];
}

export function nftablesLines({ name, nftables }: WholeNamespace): string[] {
  if (nftables === '') return [];
  const end = endFor(nftables);
  return [`ip netns exec ${quote(name)} nft -f - <<'${end}'`, nftables, end];
}

/** A line that the text does not have. */
function endFor(text: string): string {
  let end = 'RULESET';
  while (text.split('\n').includes(end)) end += '_';
  return end;
}
