import { bridgeVlanGlobal } from '../netlink/bridge/bridge-mst.ts';
import { type BridgeVlan, bridgeVlan, bridgeVlanOptions, vlansOf } from '../netlink/bridge/bridge-vlan.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import type { Link, PortVlans } from './network-state.ts';

/** What asks the kernel: a `NetlinkSocket`. */
type Lister = Pick<NetlinkSocket, 'list'>;

/** The VLANs of all ports and bridges, with what they have beside their flags, which they keep while no bridge looks at VLANs. */
export function readVlans(rtnetlink: Lister): PortVlans[] {
  const all = rtnetlink.list(bridgeVlan.all());
  // Without CONFIG_BRIDGE_VLAN_FILTERING there are none, and the kernel does not know the question for their options.
  const listed = all.some(({ vlans }) => vlans.length > 0) ? rtnetlink.list(bridgeVlanOptions.all()) : [];
  const options = new Map<string, BridgeVlan>();
  // A port with many VLANs has several answers.
  for (const { index, vlans } of listed)
    for (const vlan of vlans.flatMap(vlansOf)) options.set(`${index} ${vlan.id}`, vlan);
  return all.map(({ index, vlans }) => ({
    index,
    vlans: vlans.map((vlan) => {
      const told: Partial<BridgeVlan> = options.get(`${index} ${vlan.id}`) ?? {};
      const { state = 'forwarding', neighSuppress, tunnelId, mcastRouter, mcastMaxGroups } = told;
      return { ...vlan, state, neighSuppress, tunnelId, mcastRouter, mcastMaxGroups };
    }),
  }));
}

/** The same with the instance of the spanning trees that each VLAN is of, where its bridge has some. */
export function withInstances(
  rtnetlink: Lister,
  all: readonly PortVlans[],
  bridges: readonly Link[],
  links: readonly Link[],
): PortVlans[] {
  const rows = Map.groupBy(rtnetlink.list(bridgeVlanGlobal.all()), ({ index }) => index);
  return all.map(({ index, vlans }) => {
    const link = links.find((each) => each.index === index);
    const of = bridges.find((each) => each === link || each.index === link?.master);
    if (!of) return { index, vlans };
    const own = rows.get(of.index)?.flatMap((each) => each.vlans) ?? [];
    const instanceOf = (id: number) => own.find(({ first, last }) => first <= id && id <= last)?.msti ?? 0;
    return { index, vlans: vlans.map((vlan) => ({ ...vlan, msti: instanceOf(vlan.id) })) };
  });
}
