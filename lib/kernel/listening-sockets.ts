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
