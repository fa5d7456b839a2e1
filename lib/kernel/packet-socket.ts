import { AF_PACKET } from './constants.ts';
import type { NetNamespace } from './net-namespace.ts';
import { Socket } from './socket.ts';

/**
 * A packet socket that hears every device of a namespace. With one EtherType it hears what the namespace's own stack
 * is given (`ptype_base`, behind the rx_handlers of bridge and macvlan), unlike `ETH_P_ALL`, which sees frames before
 * a parent hands them to its children.
 */
export function openPacketSocket(namespace: NetNamespace, etherType: number, type: number): Socket {
  return Socket.open(namespace, AF_PACKET, type, swap16(etherType));
}

/** `socket()` takes the protocol in network order. */
function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
