import type { Lab, Namespace } from '../lab/index.ts';
import { Capture } from './capture.ts';

/** No longer is believed of a hop, in milliseconds: the same bytes may be sent again after any time. */
const MOST = 1000;

/** More frames are not read through at once: in a storm they are copies of one. */
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
 * How long the slowest host of a lab has been seen to keep a frame that it passed on, in milliseconds: from its coming in to its going
 * out, unchanged. The kernel takes a millisecond at most; a program takes its time, and will again.
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
    // A question for a neighbour is repeated byte by byte: what goes out first is what came first.
    if (direction === 'in' && (kept === undefined || kept > MOST)) came.set(identity, nanoseconds);
    if (direction === 'in' || kept === undefined) continue;
    came.delete(identity);
    if (kept <= MOST) known.slowest = Math.max(known.slowest, kept);
  }
  for (const came of known.came.values()) if (came.size > MOST_FRAMES) came.clear();
  known.until = frames.at(-1)?.nanoseconds ?? known.until;
  return known.slowest;
}
