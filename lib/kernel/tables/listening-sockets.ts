import { bytesToUnmappedIp } from '../../wire/ip-address.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { socketTable } from './socket-table.ts';

/** A socket's state in hexadecimal digits: TCP_LISTEN, and TCP_CLOSE, which is what a UDP socket without a peer has. */
const LISTENS = { tcp: '0A', udp: '07' } as const;

/** The addresses of a namespace at which a program takes what comes to a port; `0.0.0.0` and `::` stand for all. */
export function listeningAt(namespace: NetNamespace, protocol: 'tcp' | 'udp', port: number): string[] {
  return ([protocol, `${protocol}6`] as const).flatMap((table) =>
    socketTable(namespace, table).flatMap(([, local = '', , found]) => {
      const [address = '', number = ''] = local.split(':');
      return found === LISTENS[protocol] && Number.parseInt(number, 16) === port ? [toIp(address)] : [];
    }),
  );
}

/**
 * The most sockets of a namespace that share an address and a port (`SO_REUSEPORT`); 1 where none share. A hash of the ports says which of them
 * gets a connection, or a datagram (`reuseport_select_sock`).
 */
export function mostAtOnePort(namespace: NetNamespace): number {
  const counts = new Map<string, number>();
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const table of [protocol, `${protocol}6`] as const) {
      for (const [, local, , found] of socketTable(namespace, table, { atLeast: 2 })) {
        const place = `${table} ${local}`;
        if (found === LISTENS[protocol]) counts.set(place, (counts.get(place) ?? 0) + 1);
      }
    }
  }
  return Math.max(1, ...counts.values());
}

/** Words of 32 bits in the machine's order (`tcp4_seq_show`), which is little-endian. */
function toIp(words: string): string {
  return bytesToUnmappedIp(Buffer.from(words, 'hex').swap32());
}
