import { readFileSync } from 'node:fs';
import { bytesToIp, type Family } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';

/** The multicast groups that a namespace's devices have joined, as `ifindex group`. */
export function joinedGroups(namespace: NetNamespace, family: Family): Set<string> {
  const table = family === 4 ? 'igmp' : 'igmp6';
  // The thread's own view.
  const text = namespace.run(() => readFileSync(`/proc/thread-self/net/${table}`, 'utf8'));
  return new Set(family === 4 ? igmpGroups(text) : igmp6Groups(text));
}

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
