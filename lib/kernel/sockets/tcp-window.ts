import { IPPROTO_TCP, TCP_INFO } from '../constants.ts';
import type { Socket } from './socket.ts';

/** `tcpi_snd_wnd` of `struct tcp_info`, since Linux 5.4. */
const SND_WND = 228;

/**
 * The window of the other end of a connection: how many bytes it accepts now. After the connection has ended, this is the last window.
 *
 * @returns `Infinity` where the kernel does not say
 */
export function sendWindow(socket: Socket): number {
  const info = new Uint32Array(SND_WND / 4 + 1).fill(UNWRITTEN);
  // The kernel writes as much as it knows (do_tcp_getsockopt).
  socket.getOption(IPPROTO_TCP, TCP_INFO, new Uint8Array(info.buffer));
  const window = info[SND_WND / 4];
  return window === undefined || window === UNWRITTEN ? Number.POSITIVE_INFINITY : window;
}

const UNWRITTEN = 0xffff_ffff;
