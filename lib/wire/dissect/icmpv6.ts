import { dissectEcho, dissectError, dissectUnknown } from './icmp.ts';
import { type Dissection, unreadable } from './layer.ts';
import { dissectMld } from './mld.ts';
import { dissectNeighbourDiscovery } from './neighbour-discovery.ts';

const HEADER = 8;

/** ICMPv6 (RFC 4443), and what rides on it: neighbour discovery and MLD. */
export function dissectIcmpv6(source: string, destination: string, message: Buffer): Dissection {
  if (message.length < HEADER) return unreadable('ICMPv6', message, HEADER);
  return (
    dissectEcho(6, source, destination, message) ??
    dissectError(6, source, message) ??
    dissectNeighbourDiscovery(source, message) ??
    dissectMld(message) ??
    dissectUnknown(6, source, destination, message)
  );
}
