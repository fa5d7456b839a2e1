import { readlinkSync } from 'node:fs';
import { entryOf } from '../../base/entry-of.ts';
import { checked } from '../checked.ts';
import { AF_INET6, AF_NETLINK, AF_PACKET, IPPROTO_TCP, SOCK_DGRAM, SOCK_RAW, TCP_INFO } from '../constants.ts';
import { getsockname, getsockopt } from '../libc.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNet } from '../tables/proc-net.ts';
import { socketTable } from '../tables/socket-table.ts';
import { onceInThread } from '../threads/once-in-thread.ts';
import { SOCKADDR_MAX } from './socket-address.ts';

/** A socket that hairpin has opened. */
interface OwnSocket {
  fd: number;
  /** As the kernel calls it (`struct proto`). */
  protocol: string;
}

/** hairpin's open sockets, by the inode of their namespace. */
const ownSockets = onceInThread('own-sockets', () => new Map<number, Set<OwnSocket>>());

/** Sockets that reach no network. Node has some of Unix's for each program's output. */
const LOCAL = new Set(['UNIX', 'UNIX-STREAM', 'AF_VSOCK']);

const TCP_CLOSE = 7;

/**
 * Registers a socket that hairpin has opened in a namespace. Every socket of hairpin's in a lab must be registered, or
 * {@link hasForeignSockets} takes it for somebody else's.
 *
 * @param domain and type, as `socket()` was told them
 * @returns to be called before the socket is closed
 */
export function registerOwnSocket(
  { inode }: NetNamespace,
  { fd, domain, type }: { fd: number; domain: number; type: number },
): () => void {
  const own: OwnSocket = { fd, protocol: protocolOf(domain, type) };
  const all = entryOf(ownSockets, inode, () => new Set<OwnSocket>()).add(own);
  return () => {
    all.delete(own);
    if (all.size === 0) ownSockets.delete(inode);
  };
}

/**
 * Whether anybody but hairpin has a socket in a namespace: a program, wherever that runs now, or a function of the spec.
 * Only who has one can answer a packet or keep one back (nfnetlink_queue), unless there is a device for it, such as a tun.
 */
export function hasForeignSockets(namespace: NetNamespace): boolean {
  return foreignSocketsIn(namespace).length > 0;
}

/** Of which protocols others have sockets in a namespace, as the kernel calls them (`struct proto`): `PACKET`, `UDPv6`. */
export function foreignSocketsIn(namespace: NetNamespace): string[] {
  const own = [...(ownSockets.get(namespace.inode) ?? [])];
  const table = readProcNet(namespace, 'protocols');
  // A line a protocol: its name, the size of a socket, and how many there are in this namespace (proto_seq_printf). The
  // kernel's own are not counted, nor are those of IP that have no port yet.
  return [...table.matchAll(/^(\S+) +\d+ +(\d+) /gm)].flatMap(([, name = '', count]) => {
    if (LOCAL.has(name)) return [];
    const isOwn = Number(count) === own.filter((each) => each.protocol === name && isCounted(each)).length;
    return isOwn ? [] : [name];
  });
}

/** The tables of a namespace that list the sockets of UDP and of TCP. */
const TABLES = { udp: ['udp', 'udp6', 'udplite', 'udplite6'], tcp: ['tcp', 'tcp6'] } as const;

/** A UDP or TCP socket. */
export interface ForeignSocket {
  /** As `/proc/PID/fd` names it: `socket:[4711]`. */
  file: string;
  /** Whether it is bound to an address of 127.0.0.0/8. */
  isAtLoopback: boolean;
}

/**
 * The UDP or TCP sockets of a namespace that are not hairpin's. Those of tunnels are among them, which the kernel itself opens
 * (`udp_sock_create`).
 */
export function foreignSocketsOf(namespace: NetNamespace, protocol: keyof typeof TABLES): ForeignSocket[] {
  const own = [...(ownSockets.get(namespace.inode) ?? [])].map(({ fd }) => readlinkSync(`/proc/self/fd/${fd}`));
  // The local address is the second word, the inode the tenth. A connection that nobody has any more has none.
  const all = TABLES[protocol]
    .flatMap((table) => socketTable(namespace, table))
    .flatMap(([, local = '', ...more]) => {
      const [inode] = more.slice(7);
      return inode === undefined || inode === '0'
        ? []
        : [{ file: `socket:[${inode}]`, isAtLoopback: AT_LOOPBACK.test(local) }];
    });
  return all.filter(({ file }) => !own.includes(file));
}

/** `0B00007F:0035`: 127.0.0.11, in the byte order of the machine, which is little-endian (bytes.ts). */
const AT_LOOPBACK = /^.{6}7F:/;

function protocolOf(domain: number, type: number): string {
  if (domain === AF_NETLINK) return 'NETLINK';
  if (domain === AF_PACKET) return 'PACKET';
  const name = type === SOCK_RAW ? 'RAW' : type === SOCK_DGRAM ? 'UDP' : 'TCP';
  return domain === AF_INET6 ? `${name}v6` : name;
}

/** Whether the kernel counts it now: one of UDP once it has a port (`udp_lib_get_port`), one of TCP until it is closed (`inet_unhash`). */
function isCounted({ fd, protocol }: OwnSocket): boolean {
  if (protocol.startsWith('UDP')) {
    const address = Buffer.alloc(SOCKADDR_MAX);
    checked('getsockname', getsockname(fd, address, Uint32Array.of(SOCKADDR_MAX)));
    return address.readUInt16BE(2) !== 0;
  }
  if (!protocol.startsWith('TCP')) return true;
  // struct tcp_info begins with the state.
  const state = Buffer.alloc(1);
  checked('getsockopt(TCP_INFO)', getsockopt(fd, IPPROTO_TCP, TCP_INFO, state, Uint32Array.of(state.length)));
  return state[0] !== TCP_CLOSE;
}
