import { changedMulticast } from '../netlink/bridge-vlan.ts';
import type { PortVlans } from '../state/network-state.ts';

/** The VLANs of a port for a person, those in a row as one: `1 pvid untagged, 100-199 state blocking, 300-301 tunnel 1300-1301`. */
export function vlanWords(vlans: PortVlans['vlans']): string {
  const runs: { first: number; last: number; flags: string; toTunnel: number | undefined }[] = [];
  for (const { id, pvid, untagged, state, neighSuppress, tunnelId, ...others } of vlans) {
    const words = [pvid && 'pvid', untagged && 'untagged', state !== 'forwarding' && `state ${state}`];
    const { mcastRouter, mcastMaxGroups } = changedMulticast(others);
    const ofGroups = [
      mcastRouter !== undefined && `mcast_router ${mcastRouter}`,
      mcastMaxGroups !== undefined && `mcast_max_groups ${mcastMaxGroups}`,
    ];
    const flags = [...words, neighSuppress && 'neigh_suppress on', ...ofGroups]
      .map((word) => (word ? ` ${word}` : ''))
      .join('');
    const toTunnel = tunnelId === undefined ? undefined : tunnelId - id;
    const run = runs.at(-1);
    if (run?.last === id - 1 && run.flags === flags && run.toTunnel === toTunnel) run.last = id;
    else runs.push({ first: id, last: id, flags, toTunnel });
  }
  const words = runs.map(({ first, last, flags, toTunnel }) => {
    const tunnel = toTunnel === undefined ? '' : ` tunnel ${rowOf(first + toTunnel, last + toTunnel)}`;
    return `${rowOf(first, last)}${flags}${tunnel}`;
  });
  return words.join(', ') || 'none';
}

function rowOf(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
