import { changedMulticast } from '../../netlink/bridge/bridge-vlan.ts';
import { idsOf, rowsOf } from '../../netlink/bridge/vlan-rows.ts';
import type { PortVlans } from '../../state/network-state.ts';

/** The VLANs of a port for a person, those in a row as one: `1 pvid untagged, 100-199 state blocking, 300-301 tunnel 1300-1301`. */
export function vlanWords(vlans: PortVlans['vlans']): string {
  const all = vlans.map((vlan) => ({ id: vlan.id, tunnelId: vlan.tunnelId, flags: flagsOf(vlan) }));
  type Vlan = (typeof all)[number];
  const isNext = (one: Vlan, next: Vlan) =>
    next.id === one.id + 1 && next.flags === one.flags && toTunnel(next) === toTunnel(one);
  const words = rowsOf(all, isNext).map(([{ id, tunnelId, flags }, last]) => {
    const tunnel = tunnelId === undefined ? '' : ` tunnel ${idsOf(tunnelId, last.tunnelId ?? tunnelId)}`;
    return `${idsOf(id, last.id)}${flags}${tunnel}`;
  });
  return words.join(', ') || 'none';
}

function flagsOf({ pvid, untagged, state, neighSuppress, ...others }: PortVlans['vlans'][number]): string {
  const { mcastRouter, mcastMaxGroups } = changedMulticast(others);
  const words = [
    ...[pvid && 'pvid', untagged && 'untagged', state !== 'forwarding' && `state ${state}`],
    neighSuppress && 'neigh_suppress on',
    mcastRouter !== undefined && `mcast_router ${mcastRouter}`,
    mcastMaxGroups !== undefined && `mcast_max_groups ${mcastMaxGroups}`,
  ];
  return words.map((word) => (word ? ` ${word}` : '')).join('');
}

/** How far the tunnels are from their VLANs; undefined without one. */
function toTunnel({ id, tunnelId }: { id: number; tunnelId: number | undefined }): number | undefined {
  return tunnelId === undefined ? undefined : tunnelId - id;
}
