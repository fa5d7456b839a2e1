import { s32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import { IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEADDR, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET } from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import { ResourceStack } from '../kernel/resource-stack.ts';
import { familyNumber } from '../kernel/rtnetlink/address.ts';
import { Socket } from '../kernel/socket.ts';
import { ipSocketAddress, readIpSocketAddress } from '../kernel/socket-address.ts';
import type { Namespace } from '../lab/index.ts';
import type { Family } from '../wire/ip-address.ts';
import { PROBE_DATA } from './probe-data.ts';

/** Somebody who answers at a port for the time of a question. */
export interface Listener extends Disposable {
  port: number;
  /** Why an answer was not sent that the network would have taken; undefined when all were. */
  readonly failure: string | undefined;
}

/** What the network's state says to an answer: a rule of a packet filter, no way back, a link that is down. */
const OF_THE_NETWORK = [
  ...['EPERM', 'EACCES', 'EINVAL', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EMSGSIZE'],
  'ECONNREFUSED',
];

/**
 * Listens in a namespace, at one of its addresses. TCP connections are made by the kernel alone, out of the backlog;
 * UDP datagrams are sent back, as far as a probe's own data goes.
 *
 * @param port 0 lets the kernel choose
 * @returns undefined when somebody is listening there already: then the question is put to them
 */
export function openListener(
  namespace: Namespace,
  { protocol, family, address, port }: { protocol: 'tcp' | 'udp'; family: Family; address: string; port: number },
): Listener | undefined {
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  if (port !== 0 && isTaken(namespace, protocol, port)) return undefined;
  using resources = new ResourceStack();
  const socket = resources.use(Socket.open(namespace.handle, familyNumber(family), type, 0));
  if (protocol === 'tcp') socket.setOption(SOL_SOCKET, SO_REUSEADDR, s32(1));
  if (family === 6) socket.setOption(IPPROTO_IPV6, IPV6_V6ONLY, s32(1));
  const errno = socket.bind(ipSocketAddress(family, address, port)) || (protocol === 'tcp' ? socket.listen() : 0);
  // With port 0 it is the kernel that has no port left.
  if (errnoName(errno) === 'EADDRINUSE' && port !== 0) return undefined;
  checkErrno(`listening on ${protocol} ${address} port ${port} in ${namespace.name}`, errno);
  const { port: own } = readIpSocketAddress(socket.localAddress());
  let failure: string | undefined;
  const failed = (reason: string) => {
    failure ??= `hairpin's listener at ${protocol} port ${own} of ${namespace.name}: ${reason}`;
  };
  if (protocol === 'udp') echo(socket, failed).catch((error: unknown) => failed(String(error)));
  const owned = resources.move();
  return {
    port: own,
    get failure() {
      return failure;
    },
    [Symbol.dispose]: () => owned[Symbol.dispose](),
  };
}

/**
 * Whether anybody in the namespace has the port, at whatever address: a server that listens at 127.0.0.1 alone is to be
 * found out, not stood in for.
 */
function isTaken(namespace: Namespace, protocol: 'tcp' | 'udp', port: number): boolean {
  return ([4, 6] as const).some((family) => {
    using socket = Socket.open(
      namespace.handle,
      familyNumber(family),
      protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM,
      0,
    );
    if (protocol === 'tcp') socket.setOption(SOL_SOCKET, SO_REUSEADDR, s32(1));
    if (family === 6) socket.setOption(IPPROTO_IPV6, IPV6_V6ONLY, s32(1));
    const errno = socket.bind(ipSocketAddress(family, family === 4 ? '0.0.0.0' : '::', port));
    // Binding is refused only at listen() where both have SO_REUSEADDR (inet_csk_get_port).
    return errnoName(errno || (protocol === 'tcp' ? socket.listen() : 0)) === 'EADDRINUSE';
  });
}

/** Sends back the beginning of what comes, until the socket is closed: a long probe is a question of the way there alone. */
async function echo(socket: Socket, failed: (reason: string) => void): Promise<void> {
  while (socket.fd >= 0 && (await socket.readable(LONGEST))) {
    for (let received = socket.receive(); received; received = socket.receive()) {
      const errno = socket.send(received.data.subarray(0, PROBE_DATA), received.from);
      if (errno !== 0 && !OF_THE_NETWORK.includes(errnoName(errno)))
        failed(`answering failed with ${errnoName(errno)}`);
    }
  }
}

/** A timer's longest: the listener's closing ends the wait. */
const LONGEST = 2 ** 31 - 1;
