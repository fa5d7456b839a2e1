import type { Interface } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import type { FrameKind } from '../probes/test-frame.ts';
import { hopsOf } from '../trace/path.ts';
import { linkCause } from './causes/link.ts';
import { withoutNeighboursOf } from './causes/neighbour.ts';
import { reversePathCause } from './causes/reverse-path.ts';
import type { Way } from './way.ts';

/**
 * Why a receiver hears nothing, whatever the network does: then its silence says nothing of that.
 *
 * @param source the IPv4 address that a frame over IP came from: those are heard by a socket, behind the receiver's own IP
 */
export function whyReceivesNothing(to: Interface, kind: FrameKind, source: string | undefined): Cause | undefined {
  const link = linkCause(to);
  if (link) return link;
  const without = kind === 'arp' ? withoutNeighboursOf(to) : undefined;
  if (without) return without;
  return source === undefined ? undefined : reversePathCause(to, source);
}

/** Whether a frame came to a receiver, and its own stack took it to nobody: what did not hear it was not the network. */
export function wasIgnored(to: Interface, kind: FrameKind, way: Way | undefined): boolean {
  // ARP is heard at the device, and a parent's frames are its children's first (rx_handler).
  if (!way || kind === 'arp' || to.children.size > 0) return false;
  return hopsOf(way.path).some(({ frame }) => frame.at === to && frame.direction === 'in');
}
