import { joinedGroups } from '../../kernel/tables/joined-groups.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Hop, Interface } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { hopsOf } from '../../trace/path.ts';
import { familyOf, isMulticastIp } from '../../wire/ip-address.ts';
import { packetBehindTags } from '../../wire/ip-packet.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { silencerOf } from './target.ts';

/**
 * Why a host's stack did not take a packet for a group: it has not joined it there (`ip_check_mc_rcu`,
 * `ipv6_chk_mcast_addr`).
 */
export function groupCause(device: Interface, bytes: Buffer): Cause | undefined {
  return notJoined(device, bytes, 'stack');
}

/** Whether a host has joined a group at a device. */
function hasJoined({ namespace, index }: Interface, group: string): boolean {
  return joinedGroups(engineOf(namespace).netns, familyOf(group) ?? 4).has(`${index} ${group}`);
}

/**
 * Why nobody answers a packet for a group: no host has joined the group, or a setting forbids a host that got the packet to answer.
 * Undefined where neither is known.
 */
export function silentGroup(path: Hop, group: string): CauseAt | undefined {
  const hosts = path.frame.at.namespace.lab.namespaces.filter(({ role }) => role !== 'switch');
  const members = hosts.flatMap(({ interfaces }) => interfaces).filter((device) => hasJoined(device, group));
  if (members.length === 0) return { hop: path, cause: { code: 'address.none', facts: { address: group } } };
  for (const hop of hopsOf(path)) {
    const { at, direction, bytes } = hop.frame;
    const isTaken = direction === 'in' && !at.isPort && members.includes(at);
    const packet = isTaken ? packetBehindTags(bytes) : undefined;
    const cause = packet && silencerOf(at.namespace, packet);
    if (cause) return { hop, cause };
  }
  return undefined;
}

/** Why a macvlan was not even handed it: its parent knows the groups of each child's host (`macvlan_broadcast`, mc_filter). */
export function childGroupCause(child: Interface, bytes: Buffer): Cause | undefined {
  return child.state().promiscuous ? undefined : notJoined(child, bytes, 'parent');
}

function notJoined(device: Interface, bytes: Buffer, by: 'stack' | 'parent'): Cause | undefined {
  const packet = packetBehindTags(bytes);
  if (!packet || !isMulticastIp(packet.destination)) return undefined;
  const group = packet.destination;
  return hasJoined(device, group)
    ? undefined
    : { code: 'group.not-joined', facts: { device: deviceName(device), group, by } };
}
