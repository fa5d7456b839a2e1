import { kernelSymbol } from '../../kernel/drops/kernel-symbol.ts';
import type { KernelDrop } from '../kernel-drop.ts';

/**
 * What the kernel itself says of a drop, in a line.
 *
 * @example 'dropped in tcp_v4_rcv (SKB_DROP_REASON_NO_SOCKET) at b/eth0'
 */
export function describeDrop({ drop, device }: KernelDrop): string {
  const place = kernelSymbol(drop.location);
  return `dropped${place ? ` in ${place}` : ''} (${drop.reason})${device ? ` at ${device}` : ''}`;
}
