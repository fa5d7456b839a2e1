import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNetIfAny } from './proc-net.ts';

/** A file of `/proc/net` that lists sockets. */
type SocketTable = 'tcp' | 'tcp6' | 'udp' | 'udp6' | 'udplite' | 'udplite6';

/**
 * The rows of a file of `/proc/net` that lists sockets, as words: number, local address, remote address, state, and more
 * (`get_tcp4_sock`, `udp4_format_sock`). No rows if the namespace has fewer sockets than `atLeast`: for the table of TCP the kernel
 * walks the connections of all namespaces (`established_get_first`), which takes 5 ms on a machine with much memory.
 */
export function socketTable(namespace: NetNamespace, table: SocketTable, { atLeast = 1 } = {}): string[][] {
  if (inUse(namespace, table) < atLeast) return [];
  const [, ...rows] = readProcNetIfAny(namespace, table).trim().split('\n');
  return rows.map((row) => row.trim().split(/\s+/));
}

/** How many sockets of a protocol a namespace has, as its own counter says (`sock_prot_inuse_get`). 0 if the kernel lacks the protocol. */
function inUse(namespace: NetNamespace, table: SocketTable): number {
  const counters = readProcNetIfAny(namespace, table.endsWith('6') ? 'sockstat6' : 'sockstat');
  return Number(new RegExp(`^${table.toUpperCase()}: inuse (\\d+)`, 'm').exec(counters)?.[1] ?? 0);
}
