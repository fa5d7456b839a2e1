import { randomInt } from 'node:crypto';
import { s32, u32 } from '../kernel/bytes.ts';
import { IPPROTO_TCP } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { Socket } from '../kernel/sockets/socket.ts';

// linux/tcp.h
const TCP_REPAIR = 19;
const TCP_REPAIR_QUEUE = 20;
const TCP_QUEUE_SEQ = 21;
const TCP_SEND_QUEUE = 2;
const TCP_REPAIR_ON = 1;
/** Without the window probe of a connection that goes on. */
const TCP_REPAIR_OFF_NO_WP = -1;

const MODULUS = 2 ** 32;

/** A SYN, the ACK behind it, and a FIN or RST behind that. */
const MOST_AHEAD = 2;

/**
 * Gives a connection its first sequence number, before it is made (`tcp_v4_connect` keeps a `write_seq` that is there). Its
 * segments are known by that where the asker's own host translates their source port.
 *
 * @returns undefined where the kernel does not let hairpin choose
 */
export function chooseInitialSequence(socket: Socket): number | undefined {
  const first = randomInt(1, MODULUS);
  try {
    socket.setOption(IPPROTO_TCP, TCP_REPAIR, s32(TCP_REPAIR_ON));
    socket.setOption(IPPROTO_TCP, TCP_REPAIR_QUEUE, s32(TCP_SEND_QUEUE));
    socket.setOption(IPPROTO_TCP, TCP_QUEUE_SEQ, u32(first));
    socket.setOption(IPPROTO_TCP, TCP_REPAIR, s32(TCP_REPAIR_OFF_NO_WP));
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
  return first;
}

/** Whether a number is of a connection's first segments; what the other end has acknowledged counts as well. */
export function isOfSequence(number: number, first: number | undefined): boolean {
  return first !== undefined && (number - first + MODULUS) % MODULUS <= MOST_AHEAD;
}
