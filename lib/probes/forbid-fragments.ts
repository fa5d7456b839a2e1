import { s32 } from '../kernel/bytes.ts';
import { IP_MTU_DISCOVER, IP_PMTUDISC_DO, IPPROTO_IP, IPPROTO_IPV6, IPV6_MTU_DISCOVER } from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import type { Family } from '../wire/ip-address.ts';
import { forgetPathMtu } from './path-mtu.ts';
import type { Question } from './question.ts';

/** Has what a socket sends go whole or not at all, as `ping -M do` does: by the MTU of the route and of the device. */
export function forbidFragments(socket: Socket, family: Family): void {
  if (family === 4) socket.setOption(IPPROTO_IP, IP_MTU_DISCOVER, s32(IP_PMTUDISC_DO));
  else socket.setOption(IPPROTO_IPV6, IPV6_MTU_DISCOVER, s32(IP_PMTUDISC_DO));
}

/**
 * Sends, and sends again where only what a router said before is in the way: the network is to say it anew. 0, or the
 * errno.
 */
export function sendWhole(question: Question, send: () => number): number {
  const errno = send();
  return errnoName(errno) === 'EMSGSIZE' && forgetPathMtu(question) ? send() : errno;
}
