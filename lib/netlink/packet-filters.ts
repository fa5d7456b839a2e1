import { readFileSync } from 'node:fs';
import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { type FilterFamily, NETLINK_NETFILTER } from './netfilter.ts';
import { listTables } from './nf-tables.ts';
import { RtnetlinkSocket } from './socket.ts';

/** What the older iptables calls its families. */
const LEGACY = ['ip', 'ip6', 'arp'] as const;
export type LegacyFamily = (typeof LEGACY)[number];

/** The packet filters of a namespace, by their families. */
export interface PacketFilters {
  /** Of nftables, and so of iptables-nft: the family of each table. */
  nftables: readonly FilterFamily[];
  /** Of iptables-legacy, ip6tables-legacy, arptables-legacy. */
  legacy: readonly LegacyFamily[];
}

/** Which packet filters a namespace has. Costs microseconds where starting `nft` costs milliseconds. */
export function filtersOf(namespace: NetNamespace): PacketFilters {
  return namespace.run(() => ({
    nftables: tables().map(({ family }) => family),
    legacy: LEGACY.filter((family) => read(`/proc/thread-self/net/${family}_tables_names`).trim() !== ''),
  }));
}

/** Whether a namespace has tables of nftables. */
export function hasNftables(namespace: NetNamespace): boolean {
  return namespace.run(tables).length > 0;
}

function tables() {
  let socket: RtnetlinkSocket | undefined;
  try {
    socket = new RtnetlinkSocket(NETLINK_NETFILTER);
    return listTables(socket);
  } catch (error) {
    // A kernel without netfilter's netlink (no such protocol), or without nftables (nfnetlink_rcv_msg).
    if (error instanceof KernelError && ['EPROTONOSUPPORT', 'EINVAL', 'EOPNOTSUPP'].includes(error.code)) return [];
    throw error;
  } finally {
    socket?.close();
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    // A kernel without the older iptables.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
