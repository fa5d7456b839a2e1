import { joinedGroups } from '../../kernel/joined-groups.ts';
import { engineOf } from '../../lab/engine.ts';
import type { Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { isMulticastIp } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { deviceName } from '../names.ts';

/**
 * Why a host's stack did not take a packet for a group: it has not joined it there (`ip_check_mc_rcu`,
 * `ipv6_chk_mcast_addr`).
 */
export function groupCause(device: Interface, bytes: Buffer): Cause | undefined {
  return notJoined(device, bytes, 'stack');
}

/** Why a macvlan was not even handed it: its parent knows the groups of each child's host (`macvlan_broadcast`, mc_filter). */
export function childGroupCause(child: Interface, bytes: Buffer): Cause | undefined {
  return child.state().promiscuous ? undefined : notJoined(child, bytes, 'parent');
}

function notJoined(device: Interface, bytes: Buffer, by: 'stack' | 'parent'): Cause | undefined {
  const packet = ipPacketOf(withoutVlanTags(bytes));
  if (!packet || !isMulticastIp(packet.destination)) return undefined;
  const group = packet.destination;
  const joined = joinedGroups(engineOf(device.namespace).netns, packet.family).has(`${device.index} ${group}`);
  return joined ? undefined : { code: 'group.not-joined', facts: { device: deviceName(device), group, by } };
}
