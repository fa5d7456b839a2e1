import { bytesToIp, FAMILIES, type Family } from '../../wire/ip-address.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNet } from './proc-net.ts';

/** The multicast groups that a namespace's devices have joined, as `ifindex group`. */
export function joinedGroups(namespace: NetNamespace, family: Family): Set<string> {
  return new Set(listGroups(namespace, family).map(({ index, group }) => `${index} ${group}`));
}

/**
 * The groups for which a timer runs until a report is sent: one that was just joined, or that a querier has asked for
 * (`igmp_start_timer`, `mld_gq_start_work`). Of IGMPv3 and MLDv2 the kernel shows answers to queries alone.
 */
export function groupsToReport(namespace: NetNamespace): JoinedGroup[] {
  return FAMILIES.flatMap((family) => listGroups(namespace, family)).filter(({ isToReport }) => isToReport);
}

/** A group that a device has joined, and whether the host is about to report that. */
interface JoinedGroup {
  index: number;
  group: string;
  isToReport: boolean;
}

/** As the kernel has it (`isspace`), no device's name has white space; it may have one of Unicode's. */
function listGroups(namespace: NetNamespace, family: Family): JoinedGroup[] {
  return family === 4 ? igmpGroups(readProcNet(namespace, 'igmp')) : igmp6Groups(readProcNet(namespace, 'igmp6'));
}

/**
 * A line a device, and behind it one a group: the number that its bytes are on this machine, its users, and
 * `running:expiry` of its timer (`igmp_mc_seq_show`).
 */
function igmpGroups(text: string): JoinedGroup[] {
  let index = 0;
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      if (/^\d/.test(line)) index = Number.parseInt(line, 10);
      const [, group, running] = /^\s+([0-9A-F]{8})\s+\d+\s+(\d):/.exec(line) ?? [];
      return group
        ? [{ index, group: bytesToIp(Buffer.from(group, 'hex').reverse()), isToReport: running === '1' }]
        : [];
    });
}

/** Index, device, group, users, flags and the time until the timer's end (`igmp6_mc_seq_show`). */
function igmp6Groups(text: string): JoinedGroup[] {
  return text.split('\n').flatMap((line) => {
    const [index, , group, , flags = '0', left] = line.trim().split(/\s+/);
    const isToReport = (Number.parseInt(flags, 16) & MAF_TIMER_RUNNING) !== 0 && Number(left) > 0;
    return index && group ? [{ index: Number(index), group: bytesToIp(Buffer.from(group, 'hex')), isToReport }] : [];
  });
}

/** net/if_inet6.h */
const MAF_TIMER_RUNNING = 0x01;
