import { bytesToUnmappedIp } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';
import { readProcNetIfAny } from './proc-net.ts';

/** A socket's state in hexadecimal digits: TCP_LISTEN, and TCP_CLOSE, which is what a UDP socket without a peer has. */
const LISTENS = { tcp: '0A', udp: '07' } as const;

/** The addresses of a namespace at which a program takes what comes to a port; `0.0.0.0` and `::` stand for all. */
export function listeningAt(namespace: NetNamespace, protocol: 'tcp' | 'udp', port: number): string[] {
  // A kernel without IPv6 lacks the second.
  const tables = [protocol, `${protocol}6`].map((table) => readProcNetIfAny(namespace, table));
  return tables.flatMap((table) => read(table, LISTENS[protocol], port));
}

/**
 * The most sockets of a namespace that share an address and a port (`SO_REUSEPORT`); 1 where none share. A hash of the ports says which of them
 * gets a connection, or a datagram (`reuseport_select_sock`).
 */
export function mostAtOnePort(namespace: NetNamespace): number {
  const counts = new Map<string, number>();
  for (const [protocol, state] of Object.entries(LISTENS)) {
    for (const table of [protocol, `${protocol}6`]) {
      for (const line of readProcNetIfAny(namespace, table).split('\n').slice(1)) {
        const [, local = '', , found] = line.trim().split(/\s+/);
        const place = `${table} ${local}`;
        if (found === state) counts.set(place, (counts.get(place) ?? 0) + 1);
      }
    }
  }
  return Math.max(1, ...counts.values());
}

/** `/proc/net/tcp`: number, local address, remote address, state, and more. */
function read(table: string, state: string, port: number): string[] {
  const lines = table.split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local = '', , found] = line.trim().split(/\s+/);
    const [address = '', number = ''] = local.split(':');
    return found === state && Number.parseInt(number, 16) === port ? [toIp(address)] : [];
  });
}

/** Words of 32 bits in the machine's order (`tcp4_seq_show`), which is little-endian. */
function toIp(words: string): string {
  return bytesToUnmappedIp(Buffer.from(words, 'hex').swap32());
}
