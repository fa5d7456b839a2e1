import type { Interface } from '../lab/index.ts';
import type { FrameKind } from '../probes/test-frame.ts';
import type { Obstacle } from '../trace/obstacles/obstacle.ts';
import { reversePathObstacle } from '../trace/obstacles/router.ts';
import { linkObstacle } from '../trace/obstacles/source.ts';
import { hopsOf } from '../trace/path.ts';
import type { Way } from '../trace/way.ts';

/** A frame that was not heard. */
interface Unheard {
  to: Interface;
  kind: FrameKind;
  /** The IPv4 address that it came from. */
  source: string | undefined;
  way: Way | undefined;
  /** Whether the receiver itself decides which groups it hears. */
  ownGroups: boolean;
}

/**
 * Why a receiver hears nothing, whatever the network does: then its silence says nothing of that. Frames over IP are heard
 * by a socket, so what the receiver's own IP refuses may well have come.
 */
export function whyDeaf({ to, kind, source, way, ownGroups }: Unheard): Obstacle | undefined {
  const link = linkObstacle(to);
  if (link) return to.state().up ? { ...link, text: `${to} has no carrier: ${link.text}` } : link;
  const overIp = kind !== 'arp' && kind !== 'nd';
  const reverse = overIp && source !== undefined ? reversePathObstacle(to, source) : undefined;
  if (reverse) return reverse;
  const came = way && hopsOf(way.path).some(({ frame }) => frame.at === to && frame.direction === 'in');
  // ARP is heard at the device, children take a parent's frames (rx_handler), and whether a group was joined may be the
  // very question.
  if (!came || kind === 'arp' || to.children.size > 0 || ownGroups) return undefined;
  const { text, hint } = way.lost ?? { text: `${to} got it, and did not give it to its own stack` };
  return { text: `it came to ${to}, and went no further: ${text}`, ...(hint ? { hint } : {}) };
}
