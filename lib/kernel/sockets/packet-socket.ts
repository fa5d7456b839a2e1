import { AF_PACKET, PACKET_STATISTICS, SOCK_RAW, SOL_PACKET } from '../constants.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { Socket } from './socket.ts';

/**
 * A packet socket that hears every device of a namespace. With one EtherType it hears what the namespace's own stack
 * is given (`ptype_base`, behind the rx_handlers of bridge and macvlan), unlike `ETH_P_ALL`, which sees frames before
 * a parent hands them to its children.
 */
export function openPacketSocket(namespace: NetNamespace, etherType: number): Socket {
  return Socket.open(namespace, AF_PACKET, SOCK_RAW, swap16(etherType));
}

/** How many frames were lost since this was last asked, for want of room (`packet_rcv`, tp_drops). */
export function takeLosses(socket: Socket): number {
  const statistics = Buffer.alloc(8);
  socket.getOption(SOL_PACKET, PACKET_STATISTICS, statistics);
  return statistics.readUInt32LE(4);
}

/** `socket()` takes the protocol in network order. */
function swap16(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
