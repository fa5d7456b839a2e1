import { Child, type Interface, Port } from '../lab/index.ts';
import type { CapturedFrame } from './capture.ts';

/** A frame at a device, and where it went from there: a flood fans out. */
export interface Hop {
  frame: CapturedFrame;
  next: Hop[];
}

/**
 * Puts the sightings of one frame together to the path that it took.
 *
 * @param frames all of one identity, in the order of time
 * @param origin the device that sent it
 * @returns undefined when the device was never given it
 */
export function buildPath(frames: readonly CapturedFrame[], origin: Interface): Hop | undefined {
  const root = frames.find(({ at, direction }) => at === origin && direction === 'out');
  if (!root) return undefined;
  const path: Hop = { frame: root, next: [] };
  const hops = [path];
  for (const frame of frames.filter((each) => each !== root).sort(byTime)) {
    const parent = parentOf(frame, hops);
    if (!parent) continue;
    const hop = { frame, next: [] };
    parent.next.push(hop);
    hops.push(hop);
  }
  for (const { frame, next } of hops) next.sort((a, b) => rank(frame, a) - rank(frame, b));
  return path;
}

/** A parent and its child show one frame at one time: it is the same buffer (`RX_HANDLER_ANOTHER`), the parent's first. */
function byTime(a: CapturedFrame, b: CapturedFrame): number {
  return Number(a.nanoseconds - b.nanoseconds) || depthOf(a.at) - depthOf(b.at);
}

/** How many devices are below: a macvlan on a VLAN on a cable has two. */
function depthOf(device: Interface): number {
  return device instanceof Child ? 1 + depthOf(device.parent) : 0;
}

/** Branches in the order in which the devices were made, whatever order a flood took; what is sent back comes last. */
function rank(from: CapturedFrame, { frame }: Hop): number {
  return frame.at === from.at ? Number.POSITIVE_INFINITY : frame.at.index;
}

/** Every device of a path, each once, the origin first. */
export function devicesOf(hop: Hop): Interface[] {
  return [...new Set([hop.frame.at, ...hop.next.flatMap(devicesOf)])];
}

/** Every hop of a path, depth first. */
export function hopsOf(hop: Hop): Hop[] {
  return [hop, ...hop.next.flatMap(hopsOf)];
}

/** The hops from the origin to the first one that a condition holds for; empty when there is none. */
export function hopsTo(hop: Hop, isGoal: (hop: Hop) => boolean): Hop[] {
  if (isGoal(hop)) return [hop];
  for (const next of hop.next) {
    const rest = hopsTo(next, isGoal);
    if (rest.length > 0) return [hop, ...rest];
  }
  return [];
}

/** The hop that a sighting comes from: the latest one before it at a device that it can have come from. */
function parentOf(frame: CapturedFrame, hops: readonly Hop[]): Hop | undefined {
  for (const isBefore of originsOf(frame)) {
    const candidates = hops.filter((hop) => hop.frame.nanoseconds <= frame.nanoseconds && isBefore(hop.frame));
    const latest = candidates.at(-1);
    if (latest) return latest;
  }
  return undefined;
}

/** Where a frame at a device can have come from, the likelier first. */
function originsOf({ at, direction }: CapturedFrame): ((other: CapturedFrame) => boolean)[] {
  const seen = (device: Interface | undefined, way: 'in' | 'out') => (other: CapturedFrame) =>
    device !== undefined && other.at === device && other.direction === way;
  const child = (other: CapturedFrame) => at.children.has(other.at) && other.direction === 'out';
  if (direction === 'out') {
    if (at instanceof Port) return [(other) => other.at.namespace === at.namespace && other.direction === 'in'];
    // What a child sends leaves by its parent (macvlan_queue_xmit …); otherwise a router has passed it on.
    return [child, (other) => other.at !== at && other.at.namespace === at.namespace && other.direction === 'in'];
  }
  const fromParent = at instanceof Child ? [seen(at.parent, 'in')] : [];
  const sibling = (other: CapturedFrame) =>
    at instanceof Child && other.at instanceof Child && other.at.parent === at.parent && other.direction === 'out';
  // Between bridge siblings unicast shows at the parent as if it had come in there (dev_forward_skb), broadcast does not.
  return [seen(at.peer, 'out'), ...fromParent, sibling, child];
}
