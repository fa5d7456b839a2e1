import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNet } from './proc-net.ts';

/**
 * The families of netlink (`NETLINK_*`) that the kernel speaks in a namespace. To open a socket of one that it does not
 * speak would load a module into the machine's kernel (`netlink_create`).
 */
export function netlinkProtocols(namespace: NetNamespace): Set<number> {
  const table = readProcNet(namespace, 'netlink');
  // A line a socket: its address, its protocol, its port, which is 0 for the kernel's own (netlink_native_seq_show).
  return new Set([...table.matchAll(/^\S+ +(\d+) +0 /gm)].map(([, protocol]) => Number(protocol)));
}
