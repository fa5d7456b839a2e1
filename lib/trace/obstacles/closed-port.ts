import { listeningAt } from '../../kernel/listening-sockets.ts';
import type { Namespace } from '../../lab/index.ts';

/** Where a probe ended: a host, an address and a port of it. */
export interface PortPlace {
  namespace: Namespace;
  address: string;
  port: number;
}

/** Why a port refused: nobody listens there, or not at that address. Undefined where somebody does. */
export function closedPort(by: 'tcp' | 'udp', { namespace, address, port }: PortPlace): string | undefined {
  const found = listeningAt(namespace.handle, by, port);
  if (found.length === 0) return `nothing listens at ${by} port ${port} in ${namespace}`;
  // A socket of IPv6 may take what comes over IPv4 (bindv6only).
  if (found.some((own) => own === address || own === '0.0.0.0' || own === '::')) return undefined;
  return `${by} port ${port} of ${namespace} is open at ${[...new Set(found)].join(', ')} alone, not at ${address}`;
}
