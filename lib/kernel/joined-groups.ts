import { readFileSync } from 'node:fs';
import { bytesToIp, type Family } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';

/** The multicast groups that a namespace's devices have joined, as `ifindex group`. */
export function joinedGroups(namespace: NetNamespace, family: Family): Set<string> {
  const table = family === 4 ? 'igmp' : 'igmp6';
  // The thread's own view.
  const text = namespace.run(() => readTable(table));
  return new Set(family === 4 ? igmpGroups(text) : igmp6Groups(text));
}

/** By bytes: as the kernel has it (`isspace`), no device's name has white space; it may have one of Unicode's. */
function readTable(table: string): string {
  return readFileSync(`/proc/thread-self/net/${table}`, 'latin1');
}

/** A group whose membership a host is about to report. */
interface PendingReport {
  index: number;
  group: string;
}

/**
 * The groups for which a timer runs until a report is sent: one that was just joined, or that a querier has asked for
 * (`igmp_start_timer`, `mld_gq_start_work`). Of IGMPv3 and MLDv2 the kernel shows answers to queries alone.
 */
export function groupsToReport(namespace: NetNamespace): PendingReport[] {
  const [igmp, igmp6] = namespace.run(() => ['igmp', 'igmp6'].map(readTable));
  return [...igmpReports(igmp ?? ''), ...igmp6Reports(igmp6 ?? '')];
}

/** Behind the group stand its users and `running:expiry`. */
function igmpReports(text: string): PendingReport[] {
  let index = 0;
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      if (/^\d/.test(line)) index = Number.parseInt(line, 10);
      const group = /^\s+([0-9A-F]{8})\s+\d+\s+1:/.exec(line)?.[1];
      return group ? [{ index, group: bytesToIp(Buffer.from(group, 'hex').reverse()) }] : [];
    });
}

/** Index, device, group, users, flags and the time until the timer's end (`igmp6_mc_seq_show`). */
function igmp6Reports(text: string): PendingReport[] {
  return text.split('\n').flatMap((line) => {
    const [index, , group, , flags = '0', left] = line.trim().split(/\s+/);
    const isRunning = (Number.parseInt(flags, 16) & MAF_TIMER_RUNNING) !== 0 && Number(left) > 0;
    return index && group && isRunning ? [{ index: Number(index), group: bytesToIp(Buffer.from(group, 'hex')) }] : [];
  });
}

/** net/if_inet6.h */
const MAF_TIMER_RUNNING = 0x01;

/** A line a device, and behind it one a group, as the number that its bytes are on this machine (`igmp_mc_seq_show`). */
function igmpGroups(text: string): string[] {
  let index = '';
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      if (/^\d/.test(line)) index = line.split(/\s/, 1)[0] ?? '';
      const group = /^\s+([0-9A-F]{8})\s/.exec(line)?.[1];
      return group ? [`${index} ${bytesToIp(Buffer.from(group, 'hex').reverse())}`] : [];
    });
}

function igmp6Groups(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [index, , group] = line.trim().split(/\s+/);
    return index && group ? [`${index} ${bytesToIp(Buffer.from(group, 'hex'))}`] : [];
  });
}
