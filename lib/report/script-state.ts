import type { AddressState } from '../netlink/address.ts';
import { ipAddress } from '../netlink/address.ts';
import { bridgeVlan } from '../netlink/bridge-vlan.ts';
import { ipLink } from '../netlink/link.ts';
import { bridgeMdb } from '../netlink/mdb.ts';
import { bridgeFdb, ipNeighbour } from '../netlink/neighbour.ts';
import type { Link } from '../state/network-state.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { givenAddresses, isWithheld } from './given-addresses.ts';
import { loopbackOf } from './lab-devices.ts';
import type { WholeLabState, WholeNamespace } from './lab-state.ts';
import { devicesOf } from './script-links.ts';
import { sayer } from './script-words.ts';
import { quote } from './shell-words.ts';

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

/** The forwarding entries that somebody added. Learnt entries are left out: the bridge learns them again. */
export function fdbLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  const ofTunnels = farEnds(namespace).map(({ mac, device, to }) =>
    // One address may have several far ends.
    say(bridgeFdb.append({ mac, device, to, self: true, state: 'PERMANENT' })),
  );
  const ofBridges = givenFdb(namespace).map(({ mac, device, vlan, sticky, local, bridge }) =>
    say(
      bridgeFdb.replace({
        ...{ mac, device, vlan, sticky, state: local ? ('PERMANENT' as const) : ('NOARP' as const) },
        // Entries of the bridge use `self`, entries of a port use `master`.
        ...(device === bridge ? { self: true } : { master: true }),
      }),
    ),
  );
  return [...ofBridges, ...ofTunnels];
}

/** The hosts to which a tunnel sends frames for an address, except the tunnel's own `remote`. */
export function farEnds({ fdb, links }: WholeNamespace): WholeNamespace['fdb'] {
  return fdb.filter(({ device, mac, to, permanent }) => {
    const { remote, remote6 } = Object(links.find(({ index }) => index === device)?.data);
    return to !== undefined && permanent && !(mac === NO_MAC && (to === remote || to === remote6));
  });
}

const NO_MAC = '00:00:00:00:00:00';

/** The static entries of bridges, except those that come and go with a port: its own address, and the groups it joined. */
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
