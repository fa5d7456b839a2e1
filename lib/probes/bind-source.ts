import { ResourceStack } from '../base/resource-stack.ts';
import { s32 } from '../kernel/bytes.ts';
import { SO_BINDTOIFINDEX, SOL_SOCKET } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import { ipSocketAddress, readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { isLinkLocal } from '../wire/ip-address.ts';
import type { Question } from './question.ts';

/** The device that a link-local address is on: without it there is no way there (`tcp_v6_connect`, `udpv6_sendmsg`). */
export function scopeOf({ to, source }: Question): number {
  return isLinkLocal(to.address) ? source.device.index : 0;
}

/** Has a socket send as the spec chose: from an address, or also by a device. 0, or the errno. */
export function bindSource(socket: Socket, { family, source, bound }: Question, port = 0): number {
  if (bound === undefined) return 0;
  try {
    if (bound === 'device') socket.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(source.device.index));
  } catch (error) {
    // ENODEV: other software has deleted the device.
    if (error instanceof KernelError) return error.errno;
    throw error;
  }
  return socket.bind(ipSocketAddress(family, source.address, port));
}

/**
 * The same, with a source port of the kernel's choice now: by chance (`inet_csk_find_open_port`, `udp_lib_get_port`). A TCP socket that
 * first connects takes one close to that of the socket before (`__inet_hash_connect`).
 */
export function bindSourcePort(socket: Socket, question: Question, port = 0): number {
  const { family, bound } = question;
  const anywhere = family === 4 ? '0.0.0.0' : '::';
  return bound ? bindSource(socket, question, port) : socket.bind(ipSocketAddress(family, anywhere, port));
}

/**
 * Opens a TCP socket with a source port such as programs have that connect without `bind`: the kernel gives them every second port, and `bind`
 * the ports between (`__inet_hash_connect`, `inet_csk_find_open_port`). A packet filter may tell one half from the other.
 *
 * @returns undefined where the port is in use, or has been a port of this half by itself
 */
export function openAtConnectPort(question: Question, open: () => Socket): Socket | undefined {
  const { from } = question;
  const [first = 0] = from.sysctl.get('net.ipv4.ip_local_port_range').split(/\s+/).map(Number);
  const port = portBound(question, open);
  if (port === undefined || (port - first) % 2 === 0) return undefined;
  using resources = new ResourceStack();
  const socket = resources.use(open());
  if (bindSourcePort(socket, question, port - 1) !== 0) return undefined;
  resources.move();
  return socket;
}

/** A free port of the kernel's choice. */
function portBound(question: Question, open: () => Socket): number | undefined {
  using socket = open();
  if (bindSourcePort(socket, question) !== 0) return undefined;
  return readIpSocketAddress(socket.localAddress()).port;
}
