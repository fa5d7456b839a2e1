import { isDeepStrictEqual } from 'node:util';
import { kindOf } from '../../links/registry.ts';
import { bridgeVlanGlobal } from '../../netlink/bridge/bridge-mst.ts';
import { bridgeVlan, bridgeVlanOptions, changedMulticast } from '../../netlink/bridge/bridge-vlan.ts';
import { bridgeMdb } from '../../netlink/bridge/mdb.ts';
import { idsOf, rowsOf, type VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import type { Request } from '../../netlink/request.ts';
import { bridgeFdb } from '../../netlink/routing/neighbour.ts';
import { bridgeOf, linkIn } from '../../state/find-link.ts';
import { isGroupMac, NO_MAC } from '../../wire/mac-address.ts';
import type { WholeNamespace } from '../lab-state.ts';

/** The forwarding entries that somebody added. Learnt entries are left out: the bridge learns them again. */
export function fdbRequests(namespace: WholeNamespace): Request[] {
  const ofTunnels = farEnds(namespace).map(({ bridge: _, permanent, local: __, ...entry }) =>
    // One address may have several far ends.
    bridgeFdb.append({ ...entry, self: true, state: permanent ? 'PERMANENT' : 'REACHABLE' }),
  );
  return [...givenFdb(namespace).map(bridgeEntryRequest), ...ofTunnels];
}

/** Adds an entry of a bridge. */
export function bridgeEntryRequest(entry: WholeNamespace['fdb'][number]): Request {
  const { mac, device, vlan, sticky, local, permanent, externLearn, bridge } = entry;
  return bridgeFdb.replace({
    ...{ mac, device, vlan, sticky, externLearn, state: local ? 'PERMANENT' : permanent ? 'NOARP' : 'REACHABLE' },
    // Entries of the bridge use `self`, entries of a port use `master`.
    ...(device === bridge ? { self: true } : { master: true }),
  });
}

/** The hosts, or the nexthops, to which a tunnel sends frames for an address, except the tunnel's own `remote`. */
export function farEnds(namespace: WholeNamespace): WholeNamespace['fdb'] {
  return namespace.fdb.filter(({ device, mac, to, nhid, permanent, externLearn = false }) => {
    const link = linkIn(namespace, device);
    const own = link && kindOf(link)?.description.farEnd?.(Object(link.data));
    const isKept = permanent || externLearn;
    return (to ?? nhid) !== undefined && isKept && !(mac === NO_MAC && to === own);
  });
}

/** The entries of bridges that do not age, except those that come and go with a port: its own address, and the groups it joined. */
export function givenFdb({ fdb, links }: WholeNamespace): WholeNamespace['fdb'] {
  const isOwn = ({ bridge, mac }: (typeof fdb)[number]) =>
    isGroupMac(mac) || links.some((link) => (link.index === bridge || link.master === bridge) && link.mac === mac);
  return fdb
    .filter(({ bridge, permanent, externLearn = false }) => bridge !== undefined && (permanent || externLearn))
    .filter((entry) => !(entry.local && isOwn(entry)));
}

/** Adds the permanent entries of the group databases. */
export function mdbRequests(namespace: WholeNamespace): Request[] {
  return namespace.mdb.filter((entry) => entry.state === 'permanent').map((entry) => bridgeMdb.add(entry));
}

/** The VLANs of ports: a new port, and the bridge itself, has the bridge's default one, untagged. */
export function vlanRequests(namespace: WholeNamespace): Request[] {
  return namespace.vlans.flatMap(({ index, vlans }) => {
    const link = linkIn(namespace, index);
    const bridge = link && bridgeOf(namespace, link);
    // Without CONFIG_BRIDGE_VLAN_FILTERING a bridge has none.
    const { vlanDefaultPvid: usual = 0 } = Object(bridge?.data);
    const self = bridge === link ? { self: true } : {};
    const isUsual = ({ id, pvid, untagged }: (typeof vlans)[number]) => id === usual && pvid && untagged;
    const isThere = usual === 0 || vlans.some(isUsual);
    return [
      ...(isThere ? [] : [bridgeVlan.delete({ index, id: usual, ...self })]),
      ...vlans
        .filter((each) => !isUsual(each))
        .map(({ id, pvid, untagged }) => bridgeVlan.add({ index, id, pvid, untagged, ...self })),
      ...vlans
        .filter(({ tunnelId }) => tunnelId !== undefined)
        .map(({ id, tunnelId }) => bridgeVlan.add({ index, id, tunnelId })),
      ...vlans
        // With instances of spanning trees the kernel takes no state of a single VLAN.
        .filter(({ state: of, msti }) => of !== 'forwarding' && msti === undefined)
        .map(({ id, state }) => bridgeVlanOptions.change({ index, id, state })),
      ...vlans.flatMap((vlan) => {
        const { mcastRouter } = changedMulticast(vlan);
        return mcastRouter === undefined ? [] : [bridgeVlanOptions.change({ index, id: vlan.id, mcastRouter })];
      }),
    ];
  });
}

/** The multicast settings of VLANs that somebody changed. */
export function vlanMulticastRequests(namespace: WholeNamespace): Request[] {
  return vlanMulticastRows(namespace).map(({ bridge, id, settings }) =>
    bridgeVlanGlobal.change({ index: bridge, id, ...settings }),
  );
}

/** The same, with VLANs in a row that are alike as one. */
export function vlanMulticastRows({ vlanMulticast }: WholeNamespace): (Omit<VlanMulticast, 'id'> & { id: VlanIds })[] {
  const isNext = ({ id, ...one }: VlanMulticast, { id: nextId, ...next }: VlanMulticast) =>
    nextId === id + 1 && isDeepStrictEqual(one, next);
  return rowsOf(vlanMulticast, isNext).map(([first, last]) => ({ ...first, id: idsOf(first.id, last.id) }));
}

type VlanMulticast = WholeNamespace['vlanMulticast'][number];
