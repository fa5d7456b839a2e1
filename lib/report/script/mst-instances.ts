import { portOf } from '../../links/bridge-port.ts';
import { hasPorts } from '../../links/registry.ts';
import { bridgeMst, bridgeVlanGlobal } from '../../netlink/bridge/bridge-mst.ts';
import type { PortState } from '../../netlink/bridge/port-state.ts';
import { idsOf, rowsOf, type VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import { bridgeOf, linkIn } from '../../state/find-link.ts';
import type { Link, NamespaceState } from '../../state/network-state.ts';
import type { WholeNamespace } from '../lab-state.ts';
import { sayer } from './script-words.ts';

type Vlans = Pick<NamespaceState<'vlans'>, 'links' | 'vlans'>;

/** A VLAN of an instance of the spanning trees; or, with `port`, the state of the instance there. */
type Instance =
  | { readonly msti: number; readonly id: number; readonly port?: undefined }
  | { readonly msti: number; readonly port: number; readonly state: PortState | `${number}` };

/** Which VLANs of a bridge are of another instance of the spanning trees than the common one, and the states of these at ports. */
export function instancesOf(namespace: Vlans, bridge: Link): Instance[] {
  const members = namespace.vlans.filter(({ index }) => {
    const link = linkIn(namespace, index);
    return link !== undefined && bridgeOf(namespace, link) === bridge;
  });
  const own = members.flatMap(({ index, vlans: all }) =>
    all.flatMap(({ id, msti = 0, state }) => (msti === 0 ? [] : [{ index, id, msti, state }])),
  );
  const ids = new Map(own.toSorted((one, other) => one.id - other.id).map(({ id, msti }) => [id, msti]));
  const ofPorts = own.filter(({ index }) => index !== bridge.index);
  const states = Map.groupBy(ofPorts, ({ index, msti }) => `${index} ${msti}`);
  return [
    ...[...ids].map(([id, msti]) => ({ msti, id })),
    ...[...states.values()].flatMap(([first, ...others]) => {
      if (!first || others.some(({ state }) => state !== first.state)) return [];
      return [{ msti: first.msti, port: first.index, state: first.state }];
    }),
  ];
}

/**
 * A VLAN that came to a port after it was put into an instance has the port's state, not that of the instance
 * (`br_mst_vlan_init_state`). One that was put back into instance 0 may be disabled there while the port forwards
 * (`br_mst_vlan_sync_state`). No call makes them so again.
 */
export function instanceRemarks({ vlans }: Vlans, link: Link): string[] {
  const port = portOf(link);
  const own = vlans.find(({ index }) => index === link.index)?.vlans ?? [];
  const instances = Map.groupBy(own, ({ msti }) => msti);
  return [...instances].flatMap(([msti, all]) => {
    const state = msti === 0 ? port?.state : all[0]?.state;
    if (!port || msti === undefined || all.every((vlan) => vlan.state === state)) return [];
    const words = all.map((vlan) => `${vlan.id} ${vlan.state}`).join(', ');
    const differ = msti === 0 ? `differ from that of the port, ${state}` : 'differ';
    return [`the states of VLANs of MSTI ${msti} at ${link.name}, which ${differ}: ${words}`];
  });
}

/** What a script leaves out of the instances of a namespace's bridges, since `bridge` has words for them from iproute2 6.11 on. */
export function instancesLeftOut(network: Parameters<typeof sayer>[0], namespace: WholeNamespace): string[] {
  const say = sayer(network, namespace.name);
  const bridges = namespace.links.filter(hasPorts);
  const commands = bridges.flatMap((bridge) =>
    inRows(instancesOf(namespace, bridge)).map(({ msti, ...instance }) =>
      'id' in instance
        ? say(bridgeVlanGlobal.change({ index: bridge.index, id: instance.id, msti }))
        : say(bridgeMst.change({ index: instance.port, msti, state: instance.state })),
    ),
  );
  const remarks = namespace.links.flatMap((link) => instanceRemarks(namespace, link));
  return [
    ...commands.map((words) => `${words} (from iproute2 6.11 on)`),
    ...remarks.map((words) => `${words}, of ${namespace.name}`),
  ];
}

type OfPort = Extract<Instance, { state: unknown }>;
type Row = { msti: number; id: VlanIds } | OfPort;

/** VLANs of an instance that follow one another, as one row. */
function inRows(instances: readonly Instance[]): Row[] {
  const isNext = (one: Instance, next: Instance) =>
    'id' in one && 'id' in next && next.id === one.id + 1 && next.msti === one.msti;
  return rowsOf(instances, isNext).map(([first, last]) =>
    'id' in first && 'id' in last ? { msti: first.msti, id: idsOf(first.id, last.id) } : (first as OfPort),
  );
}
