import { ipvsServicesOf, isForService } from '../../kernel/tables/ipvs-services.ts';
import { listeningAt } from '../../kernel/tables/listening-sockets.ts';
import { programLinks } from '../../kernel/tables/program-links.ts';
import { labelAt } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Interface, Namespace } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { type InetSocket, inetSockets } from '../../netlink/inet-sockets.ts';
import { frameAround } from '../../netlink/netfilter/nft-trace.ts';
import { hasAddress } from '../../trace/owner.ts';
import { portsOf } from '../../trace/translation.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import type { KernelDrop } from '../kernel-drop.ts';

/** Where a probe ended: a host, an address and a port of it. */
interface PortPlace {
  namespace: Namespace;
  address: string;
  port: number;
  /** By which it came in, if it was seen. */
  device?: Interface | undefined;
}

/** Whether it is one of those of `closedPortCause`. */
export function isOfPort({ code }: Cause): boolean {
  return code === 'socket.none' || code === 'socket.other-address' || code === 'socket.other-device';
}

/**
 * Why a service of IPVS refused; undefined if the port belongs to none.
 *
 * @returns `unknown` if the service has servers: one of them, or the way to it, has refused
 */
export function serviceCause(
  protocol: 'tcp' | 'udp',
  { namespace: host, address, port }: PortPlace,
): Cause | 'unknown' | undefined {
  const { name: namespace, netns } = engineOf(host);
  const services = ipvsServicesOf(netns).filter((each) => isForService(each, { protocol, address, port }));
  if (services.length === 0) return undefined;
  if (services.some((each) => each.protocol === 'FWM' || each.weights.some((weight) => weight > 0))) return 'unknown';
  return { code: 'socket.no-server', facts: { namespace, protocol, port, address } };
}

/** A program that chooses the sockets of a host's packets may refuse one, or give it to another port's socket (`bpf_sk_lookup_run_v4`). */
export function lookupCause(host: Namespace): Cause | undefined {
  const { name: namespace, netns } = engineOf(host);
  const program = programLinks().find(({ hook, inode }) => hook === 'sk_lookup' && inode === netns.inode);
  return program && { code: 'socket.program', facts: { namespace, id: program.id } };
}

/** Why a port refused: nobody listens there, or not at that address, or not at that device. Undefined where somebody does. */
export function closedPortCause(
  protocol: 'tcp' | 'udp',
  { namespace: host, address, port, device }: PortPlace,
): Cause | undefined {
  const { name: namespace, netns } = engineOf(host);
  const open = [...new Set(listeningAt(netns, protocol, port))];
  const sockets = inetSockets(netns, protocol, port);
  if (open.length === 0) {
    const peer = sockets.find((each) => each.peer !== undefined)?.peer;
    return { code: 'socket.none', facts: { namespace, protocol, port, ...(peer ? { peer } : {}) } };
  }
  const facts = { namespace, protocol, port, address, open };
  // A socket of IPv6 may take what comes over IPv4 (bindv6only).
  if (!open.some((own) => own === address || own === '0.0.0.0' || own === '::'))
    return { code: 'socket.other-address', facts };
  const waiting = sockets.filter(({ peer }) => peer === undefined);
  const fitting = waiting.filter((each) => takesFrom(each, address));
  // Where the kernel tells nothing of its sockets, or there is one of which nothing is known, there is no reason.
  if (fitting.length === 0) {
    const isOnlyIpv6 = waiting.length > 0 && open.every((own) => own === '::');
    return isOnlyIpv6 ? { code: 'socket.other-address', facts: { ...facts, onlyIpv6: true } } : undefined;
  }
  return device && boundElsewhere(device, fitting, { namespace, protocol, port });
}

/** The same of UDP, by the kernel's word: a limit of ICMP may keep back the refusal (`icmpv4_xrlim_allow`). */
export function noSocketCause({ drop, namespace, device }: KernelDrop): Cause | undefined {
  const packet = drop.reason.endsWith('NO_SOCKET') ? ipPacketOf(frameAround(drop.packet)) : undefined;
  // A transparent proxy that is not there has another port (`nf_tproxy_get_sock_v4`).
  if (packet?.protocol !== IP_PROTOCOL.udp || !hasAddress(namespace, packet.destination)) return undefined;
  const port = portsOf(packet)?.destination;
  if (port === undefined) return undefined;
  return lookupCause(namespace) ?? closedPortCause('udp', { namespace, address: packet.destination, port, device });
}

function takesFrom({ address: own, onlyIpv6 }: InetSocket, address: string): boolean {
  if (own === address) return true;
  return familyOf(address) === 4 ? own === '0.0.0.0' || (own === '::' && !onlyIpv6) : own === '::';
}

/** Sockets that are bound to devices take only what comes in by these (`inet_bound_dev_eq`): the device itself, or its VRF. */
function boundElsewhere(
  { namespace: host, index, master }: Interface,
  sockets: readonly InetSocket[],
  facts: { namespace: string; protocol: 'tcp' | 'udp'; port: number },
): Cause | undefined {
  const here = [0, index, ...(master ? [master.index] : [])];
  if (sockets.some(({ device }) => here.includes(device))) return undefined;
  const bound = [...new Set(sockets.map(({ device }) => labelAt(host, device)))];
  return { code: 'socket.other-device', facts: { ...facts, device: labelAt(host, index), bound } };
}

/** Why nothing came of a connection: no more connections wait than the program asked for (`sk_acceptq_is_full`). */
export function backlogCause(host: Namespace, port: number): Cause | undefined {
  const { name: namespace, netns } = engineOf(host);
  const [only, another] = inetSockets(netns, 'tcp', port);
  if (!only || another || only.waiting <= only.backlog) return undefined;
  return { code: 'socket.backlog', facts: { namespace, port, waiting: only.waiting, backlog: only.backlog } };
}

/** Why a UDP datagram had no answer: it waits with others, and the program does not read them (`udp_recvmsg`). */
export function unreadCause(host: Namespace, port: number): Cause | undefined {
  const { name: namespace, netns } = engineOf(host);
  const [only, another] = inetSockets(netns, 'udp', port);
  if (!only || another || only.waiting === 0) return undefined;
  return { code: 'socket.unread', facts: { namespace, port, waiting: only.waiting } };
}
