import { ipvsServicesOf, isForService } from '../../kernel/ipvs-services.ts';
import { listeningAt } from '../../kernel/listening-sockets.ts';
import { engineOf } from '../../lab/engine.ts';
import type { Namespace } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { tcpListeners } from '../../netlink/tcp-listeners.ts';
import { familyOf } from '../../wire/ip-address.ts';

/** Where a probe ended: a host, an address and a port of it. */
export interface PortPlace {
  namespace: Namespace;
  address: string;
  port: number;
}

/** Whether it is one of those of `closedPortCause`. */
export function isOfPort({ code }: Cause): boolean {
  return code === 'socket.none' || code === 'socket.other-address';
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

/** Why a port refused: nobody listens there, or not at that address. Undefined where somebody does. */
export function closedPortCause(
  protocol: 'tcp' | 'udp',
  { namespace: host, address, port }: PortPlace,
): Cause | undefined {
  const { name: namespace, netns } = engineOf(host);
  const open = [...new Set(listeningAt(netns, protocol, port))];
  if (open.length === 0) return { code: 'socket.none', facts: { namespace, protocol, port } };
  const facts = { namespace, protocol, port, address, open };
  if (familyOf(address) === 4 && protocol === 'tcp' && open.every((own) => own === '::')) {
    const listeners = tcpListeners(netns, port);
    const isOnlyIpv6 = listeners.length > 0 && listeners.every(({ onlyIpv6 }) => onlyIpv6);
    return isOnlyIpv6 ? { code: 'socket.other-address', facts: { ...facts, onlyIpv6: true } } : undefined;
  }
  // A socket of IPv6 may take what comes over IPv4 (bindv6only).
  if (open.some((own) => own === address || own === '0.0.0.0' || own === '::')) return undefined;
  return { code: 'socket.other-address', facts };
}

/** Why nothing came of a connection: no more connections wait than the program asked for (`sk_acceptq_is_full`). */
export function backlogCause(host: Namespace, port: number): Cause | undefined {
  const { name: namespace, netns } = engineOf(host);
  const [only, another] = tcpListeners(netns, port);
  if (!only || another || only.waiting <= only.backlog) return undefined;
  return { code: 'socket.backlog', facts: { namespace, port, waiting: only.waiting, backlog: only.backlog } };
}
