import { readFileSync } from 'node:fs';
import { foreignSocketsIn, foreignUdpSockets } from '../kernel/foreign-sockets.ts';
import { unlessCode } from '../kernel/has-code.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { networkOf } from '../kernel/network-of.ts';
import { engineOf, enginesOf } from '../lab/engine.ts';
import type { Lab } from '../lab/index.ts';
import type { NamespaceEngine } from '../lab/namespace-engine.ts';
import { isHeldByProcess } from '../lab/processes.ts';
import { kindOf } from '../links/registry.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';

/**
 * Sockets whose owner gets no packet that is for another: those of netlink, of IPsec's keys, of ciphers, and those that `ping` has without
 * privileges, which get echo replies alone.
 */
const HARMLESS = new Set(['NETLINK', 'KEY', 'ALG', 'PING', 'PINGv6']);
/** They get only what is sent in their connections, which the kernel accepts (`tcp_conn_request`) as long as their queue has room. */
const OF_CONNECTIONS = new Set(['TCP', 'TCPv6', 'MPTCP', 'MPTCPv6']);
const OF_DATAGRAMS = new Set(['UDP', 'UDPv6', 'UDP-Lite', 'UDPLITEv6']);

/**
 * Whether a program, or a function of the spec, may have got a packet in a lab's networks, and pass it on or answer it later. It has a
 * socket that gets packets, a queue of the packet filter (NFQUEUE), an open tun or tap, or a network of its own.
 *
 * @param ofConnections whether sockets of TCP are enough
 */
export function mayHoldPackets(lab: Lab, ofConnections: boolean): boolean {
  const { isPristine, programs } = engineOf(lab);
  if (isPristine) return false;
  const engines = enginesOf(lab.namespaces);
  if (engines.some((engine) => hasQueue(engine.netns) || hasSockets(engine, ofConnections))) return true;
  if (engines.some(({ rtnetlink }) => rtnetlink.list(ipLink.all()).some(mayBeRead))) return true;
  // Its own network, and that of the run, to which the lab has no way.
  const elsewhere = [process.pid, process.ppid].map(networkOf);
  const known = new Set([-1, ...elsewhere, ...engines.map(({ netns }) => netns.inode)]);
  return programs.left().some((pid) => !known.has(networkOf(pid)));
}

function hasSockets({ netns, foreign }: NamespaceEngine, ofConnections: boolean): boolean {
  const all = foreignSocketsIn(netns).filter((each) => !HARMLESS.has(each));
  const isOther = (each: string) => !OF_DATAGRAMS.has(each) && (ofConnections || !OF_CONNECTIONS.has(each));
  if (all.some(isOther)) return true;
  // The kernel's own, of a vxlan or a WireGuard, count as UDP, and keep nothing. A container's processes need not be ours to look at.
  return all.some((each) => OF_DATAGRAMS.has(each)) && (foreign || isHeldByProcess(foreignUdpSockets(netns)));
}

/** A line for each queue that a program reads (`nfqnl seq_show`); without the module there are none. */
function hasQueue(namespace: NetNamespace): boolean {
  const file = '/proc/thread-self/net/netfilter/nfnetlink_queue';
  return namespace.run(() => unlessCode(['ENOENT'], () => readFileSync(file, 'latin1'), '')) !== '';
}

/** Whether a program may read what is sent by a device. A tun has a carrier while one does; of others, such as `ppp0`, nobody knows. */
function mayBeRead(link: LinkState): boolean {
  const kind = kindOf(link);
  const isForProgram = kind ? kind.description.characterDevice !== undefined : link.kind !== undefined;
  return isForProgram && link.up && link.carrier;
}
