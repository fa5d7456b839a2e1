import { ResourceStack } from '../base/resource-stack.ts';
import { s32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import {
  IPPROTO_IPV6,
  IPV6_FREEBIND,
  IPV6_V6ONLY,
  SO_BINDTOIFINDEX,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import { Socket } from '../kernel/sockets/socket.ts';
import { familyNumber, ipSocketAddress, readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { deviceWith } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { kindOf } from '../links/registry.ts';
import { type AddressState, ipAddress } from '../netlink/address.ts';
import { FAMILIES, type Family } from '../wire/ip-address.ts';
import { PROBE_DATA } from './probe-data.ts';

/** Answers at a port for the time of a question. */
export interface Listener extends Disposable {
  port: number;
  /** Why an answer was not sent that the network would have taken; undefined when all were. */
  failure(): string | undefined;
  /** Waits until there may be a datagram to answer, at most so many milliseconds. Over TCP the kernel alone answers. */
  wait?(milliseconds: number): Promise<unknown>;
}

/** What the network's state says to an answer: a rule of a packet filter, no way back, a link that is down. */
const OF_THE_NETWORK = [
  ...['EPERM', 'EACCES', 'EINVAL', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EMSGSIZE'],
  'ECONNREFUSED',
];

/** The UDP sockets that hairpin listens at now, and why one could not answer. */
const listening = new Map<Socket, string | undefined>();

/**
 * Answers the UDP datagrams that have come to hairpin's listeners. Each question calls this before it looks for its
 * answer, so that no answer waits for a turn of the event loop, which something else may keep.
 *
 * @returns how many there were
 */
export function serveListeners(): number {
  let answered = 0;
  for (const socket of listening.keys()) {
    for (let received = socket.receive(); received; received = socket.receive()) {
      const errno = socket.send(received.data.subarray(0, PROBE_DATA), received.from);
      if (errno !== 0 && !OF_THE_NETWORK.includes(errnoName(errno)))
        listening.set(socket, `answering failed with ${errnoName(errno)}`);
      answered++;
    }
  }
  return answered;
}

/**
 * Listens in a namespace, at one of its addresses. TCP connections are made by the kernel alone, out of the backlog; UDP
 * datagrams are sent back by {@link serveListeners}, as far as a probe's own data goes: a long probe is a question of the
 * way there alone.
 *
 * Where a program may have made a translation, hairpin listens at the namespace's other addresses as well. A socket each
 * rather than one for all: an answer over UDP must come from the address that was asked.
 *
 * @param port 0 lets the kernel choose
 * @param scope ifindex of the device that a link-local address is on
 * @returns undefined when somebody is listening there already: then the question is put to them
 */
export function openListener(
  namespace: Namespace,
  {
    protocol,
    family,
    address,
    port,
    scope = 0,
  }: { protocol: 'tcp' | 'udp'; family: Family; address: string; port: number; scope?: number | undefined },
): Listener | undefined {
  if (port !== 0 && isTaken(namespace, protocol, port)) return undefined;
  using resources = new ResourceStack();
  const socket = resources.use(openSocket(namespace, protocol, family, vrfWith(namespace, address)));
  const errno = listenAt(socket, protocol, ipSocketAddress(family, address, port, scope));
  // With port 0 it is the kernel that has no port left.
  if (errnoName(errno) === 'EADDRINUSE' && port !== 0) return undefined;
  const place = `${protocol} ${address} port`;
  checkErrno(`listening on ${place} ${port} in ${namespace.name}`, errno);
  const { port: bound } = readIpSocketAddress(socket.localAddress());
  const sockets = [socket];
  for (const other of otherAddresses(namespace, family, address)) {
    const another = resources.use(openSocket(namespace, protocol, family));
    const failed = listenAt(another, protocol, ipSocketAddress(family, other.address, bound, other.index));
    // A program has the port there, or the address is a VRF's, or it is gone.
    if (['EADDRINUSE', 'EADDRNOTAVAIL', 'ENODEV'].includes(errnoName(failed))) continue;
    checkErrno(`listening on ${protocol} ${other.address} port ${bound} in ${namespace.name}`, failed);
    sockets.push(another);
  }
  const owned = resources.move();
  if (protocol === 'tcp')
    return { port: bound, failure: () => undefined, [Symbol.dispose]: () => owned[Symbol.dispose]() };
  for (const each of sockets) {
    listening.set(each, undefined);
    owned.defer(() => listening.delete(each));
  }
  return {
    port: bound,
    failure: () => {
      const failure = sockets.map((each) => listening.get(each)).find((reason) => reason !== undefined);
      return failure && `hairpin's listener on ${place} ${bound} in ${namespace.name}: ${failure}`;
    },
    wait: (milliseconds) => Promise.race(sockets.map((each) => each.readable(milliseconds))),
    [Symbol.dispose]: () => owned[Symbol.dispose](),
  };
}

/** The VRF that an address of the namespace is in: nobody hears what is for it without belonging there (`inet_addr_valid_or_nonlocal`). */
export function vrfWith(namespace: Namespace, address: string): Interface | undefined {
  const device = deviceWith(namespace, address);
  // The VRF itself may have it, in place of a loopback.
  return [device, device?.master].find((each) => each && kindOf(each)?.members === 'packets');
}

function openSocket(namespace: Namespace, protocol: 'tcp' | 'udp', family: Family, vrf?: Interface): Socket {
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  using resources = new ResourceStack();
  const socket = resources.use(Socket.open(engineOf(namespace).netns, familyNumber(family), type, 0));
  if (protocol === 'tcp') socket.setOption(SOL_SOCKET, SO_REUSEADDR, s32(1));
  if (family === 6) socket.setOption(IPPROTO_IPV6, IPV6_V6ONLY, s32(1));
  // An address that is tentative cannot be bound otherwise (__inet6_bind): that nobody answers at it is what is to be seen.
  if (family === 6) socket.setOption(IPPROTO_IPV6, IPV6_FREEBIND, s32(1));
  if (vrf) socket.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(vrf.index));
  resources.move();
  return socket;
}

/** 0, or the errno. */
function listenAt(socket: Socket, protocol: 'tcp' | 'udp', address: Buffer): number {
  // Binding is refused only at listen() where both have SO_REUSEADDR (inet_csk_get_port).
  return socket.bind(address) || (protocol === 'tcp' ? socket.listen() : 0);
}

/** Where a probe may come out that a rule of the namespace itself, or of a router, has sent to another of its addresses. */
function otherAddresses(namespace: Namespace, family: Family, asked: string): AddressState[] {
  const { rtnetlink } = engineOf(namespace);
  // Only a program can have made such a rule.
  if (engineOf(namespace.lab).isPristine) return [];
  return rtnetlink.list(ipAddress.all({ family })).filter(({ address }) => address !== asked);
}

/**
 * Whether anybody in the namespace has the port, at whatever address: a server that listens at 127.0.0.1 alone is to be
 * found out, not stood in for.
 */
function isTaken(namespace: Namespace, protocol: 'tcp' | 'udp', port: number): boolean {
  return FAMILIES.some((family) => {
    using socket = openSocket(namespace, protocol, family);
    const anywhere = ipSocketAddress(family, family === 4 ? '0.0.0.0' : '::', port);
    return errnoName(listenAt(socket, protocol, anywhere)) === 'EADDRINUSE';
  });
}
