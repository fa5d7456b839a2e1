import { ResourceStack } from '../../base/resource-stack.ts';
import type { Family } from '../../wire/ip-address.ts';
import { ICMP_FILTER, ICMPV6_FILTER, IPPROTO_ICMP, IPPROTO_ICMPV6, SOCK_RAW, SOL_RAW } from '../constants.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { Socket } from './socket.ts';
import { familyNumber } from './socket-address.ts';

/** A raw ICMP or ICMPv6 socket that hears only the types given. */
export function openIcmpSocket(namespace: NetNamespace, family: Family, types: readonly number[]): Socket {
  const protocol = family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  using resources = new ResourceStack();
  const socket = resources.use(Socket.open(namespace, familyNumber(family), SOCK_RAW, protocol));
  if (family === 4) socket.setOption(SOL_RAW, ICMP_FILTER, filter(types, 4));
  else socket.setOption(IPPROTO_ICMPV6, ICMPV6_FILTER, filter(types, 32));
  resources.move();
  return socket;
}

/** A filter's set bits are the types to be left out, in words of the machine's order (`icmp_filter`, `icmp6_filter`). */
function filter(types: readonly number[], length: number): Buffer {
  const bits = Buffer.alloc(length, 0xff);
  for (const type of types) bits[type >> 3] = (bits[type >> 3] ?? 0) & ~(1 << (type & 7));
  return bits;
}
