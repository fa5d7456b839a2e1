import { joinedGroups } from '../../kernel/joined-groups.ts';
import type { Interface } from '../../lab/index.ts';
import { isMulticastIp } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import type { Obstacle } from './obstacle.ts';

/**
 * Why a host's stack did not take a packet for a group: it has not joined it there (`ip_check_mc_rcu`,
 * `ipv6_chk_mcast_addr`).
 */
export function groupObstacle(device: Interface, bytes: Buffer): Obstacle | undefined {
  const group = unjoinedGroup(device, bytes);
  return group === undefined ? undefined : describe(device, group, 'its stack takes no packet for it');
}

/** Why a macvlan was not even handed it: its parent knows the groups of each child's host (`macvlan_broadcast`, mc_filter). */
export function childGroupObstacle(child: Interface, bytes: Buffer): Obstacle | undefined {
  const group = child.state().promiscuous ? undefined : unjoinedGroup(child, bytes);
  return group === undefined ? undefined : describe(child, group, 'its parent hands it no frame for it');
}

function unjoinedGroup({ namespace, index }: Interface, bytes: Buffer): string | undefined {
  const packet = ipPacketOf(withoutVlanTags(bytes));
  if (!packet || !isMulticastIp(packet.destination)) return undefined;
  const joined = joinedGroups(namespace.handle, packet.family).has(`${index} ${packet.destination}`);
  return joined ? undefined : packet.destination;
}

function describe(device: Interface, group: string, consequence: string): Obstacle {
  return {
    text: `${device} has not joined ${group}: ${consequence}`,
    hint: `a program on ${device.namespace} has to join it (IP_ADD_MEMBERSHIP); without join: false hairpin does`,
  };
}
