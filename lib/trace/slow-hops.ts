import type { Lab, Namespace } from '../lab/index.ts';
import { Capture } from './capture.ts';

/** The longest time that is believed of a hop, in milliseconds. After a longer time, the same bytes may be a new frame. */
const MOST = 1000;

/** The most frames that are looked through at once. In a storm they are copies of one frame. */
const MOST_FRAMES = 10_000;

interface Known {
  slowest: number;
  /** Until when the frames have been looked through, by the clock of the taps. */
  until: bigint;
  /** When a frame first came to a namespace, by its identity, unless it has gone on since. */
  came: Map<Namespace, Map<string, bigint>>;
}

const knownOf = new WeakMap<Lab, Known>();

/**
 * How long the slowest host of a lab has been seen to keep a frame that it passed on unchanged, in milliseconds. The kernel takes a
 * millisecond at most. A program that was slow once may be as slow again.
 */
export function slowestHopIn(lab: Lab): number {
  const known = knownOf.get(lab) ?? { slowest: 0, until: 0n, came: new Map<Namespace, Map<string, bigint>>() };
  knownOf.set(lab, known);
  const frames = Capture.of(lab)
    .since(known.until + 1n)
    .slice(-MOST_FRAMES);
  for (const { at, direction, identity, nanoseconds } of frames) {
    const came = known.came.get(at.namespace) ?? new Map<string, bigint>();
    known.came.set(at.namespace, came);
    const first = came.get(identity);
    const kept = first === undefined ? undefined : Number(nanoseconds - first) / 1e6;
    // ARP and ND repeat a question byte for byte: the first to go out is the first that came in.
    if (direction === 'in' && (kept === undefined || kept > MOST)) came.set(identity, nanoseconds);
    if (direction === 'in' || kept === undefined) continue;
    came.delete(identity);
    if (kept <= MOST) known.slowest = Math.max(known.slowest, kept);
  }
  for (const came of known.came.values()) if (came.size > MOST_FRAMES) came.clear();
  known.until = frames.at(-1)?.nanoseconds ?? known.until;
  return known.slowest;
}
