import { vxlan } from '../links/vxlan.ts';
import { BROADCAST_MAC, isGroupMac, NO_MAC } from '../wire/mac-address.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, leadsAway, type Verdict } from './prediction.ts';

/**
 * `vxlan_xmit`: one that is `external` frees what nobody has given a tunnel; any other frees what has no other end. Where the others
 * go the model does not follow.
 */
export function sendByVxlan(device: Device, frame: Frame): readonly Verdict[] {
  const { tunnel, destination } = frame;
  if (typeof tunnel === 'object')
    return [drop({ code: 'bridge.no-tunnel', facts: { port: device.name, ...tunnel } }, 'vxlan_xmit')];
  if (mayHaveRemote(device, frame)) return [leadsAway(device)];
  const cause = { code: 'vxlan.no-remote', facts: { device: device.name, mac: destination } } as const;
  return [drop(cause, 'vxlan_xmit', { reason: 'SKB_DROP_REASON_NO_TX_TARGET' })];
}

/** Whether a frame may go anywhere. The kernel looks for its address, and then for the entry that stands for all others. */
function mayHaveRemote({ host, index, link }: Device, { destination }: Frame): boolean {
  const { external, proxy } = vxlan.of(link);
  // A proxy answers itself (arp_reduce, neigh_reduce).
  if (external || proxy) return true;
  // The group database comes first (vxlan_mdb_entry_skb_get), and only bridges have it read.
  if (isGroupMac(destination) && destination !== BROADCAST_MAC) return true;
  return host.fdb.some(
    ({ device, bridge, mac }) => device === index && bridge === undefined && (mac === destination || mac === NO_MAC),
  );
}
