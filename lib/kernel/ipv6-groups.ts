import { readFileSync } from 'node:fs';
import { bytesToIp } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';

/** The IPv6 groups that a namespace's devices have joined, as `ifindex group`. The thread's own view of `igmp6`. */
export function joinedIpv6Groups(namespace: NetNamespace): Set<string> {
  const table = namespace.run(() => readFileSync('/proc/thread-self/net/igmp6', 'utf8'));
  const groups = table.split('\n').flatMap((line) => {
    const [index, , group] = line.trim().split(/\s+/);
    return index && group ? [`${index} ${bytesToIp(Buffer.from(group, 'hex'))}`] : [];
  });
  return new Set(groups);
}
