import { s32 } from '../kernel/bytes.ts';
import { SO_BINDTOIFINDEX, SOL_SOCKET } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { Socket } from '../kernel/socket.ts';
import { ipSocketAddress } from '../kernel/socket-address.ts';
import { isLinkLocal } from '../wire/ip-address.ts';
import type { Question } from './question.ts';

/** The device that a link-local address is on: without it there is no way there (`tcp_v6_connect`, `udpv6_sendmsg`). */
export function scopeOf({ to, source }: Question): number {
  return isLinkLocal(to.address) ? source.device.index : 0;
}

/** Has a socket send as the spec chose: from an address, or also by a device. 0, or the errno. */
export function bindSource(socket: Socket, { family, source, bound }: Question): number {
  if (bound === undefined) return 0;
  try {
    if (bound === 'device') socket.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(source.device.index));
  } catch (error) {
    // ENODEV: other software has deleted the device.
    if (error instanceof KernelError) return error.errno;
    throw error;
  }
  return socket.bind(ipSocketAddress(family, source.address));
}

/**
 * The same, with a source port of the kernel's choice now: by chance (`inet_csk_find_open_port`, `udp_lib_get_port`). A TCP socket that
 * first connects takes one close to that of the socket before (`__inet_hash_connect`).
 */
export function bindSourcePort(socket: Socket, question: Question): number {
  const { family, bound } = question;
  return bound ? bindSource(socket, question) : socket.bind(ipSocketAddress(family, family === 4 ? '0.0.0.0' : '::'));
}
