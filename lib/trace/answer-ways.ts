import type { CapturedFrame, Hop, Namespace } from '../lab/index.ts';
import { buildPaths } from './path.ts';
import type { Recognize } from './probe-path.ts';
import { isReply, sightingsOf } from './translation.ts';

/**
 * Whether an answer of the target's came that is not known for one there: a translation on its way gave the probe another port
 * (`masquerade random`), which the target answered to.
 */
export function repliedAfterTranslation(
  target: Namespace,
  { frames, from, recognize }: { frames: readonly CapturedFrame[]; from: Namespace; recognize: Recognize },
): boolean {
  const isOf = (namespace: Namespace, what: 'probe' | 'answer') => (frame: CapturedFrame) =>
    frame.at.namespace === namespace && recognize(frame.bytes) === what;
  const probes = frames.filter(isOf(from, 'probe')).filter(isSent);
  const arrivals = probes.flatMap((probe) => sightingsOf(frames, probe).filter((frame) => isArrivalAt(target, frame)));
  const replies = frames.filter(
    (frame) =>
      isSent(frame) &&
      frame.at.namespace === target &&
      arrivals.some(({ nanoseconds, bytes }) => nanoseconds <= frame.nanoseconds && isReply(bytes, frame.bytes)),
  );
  return replies.some((reply) =>
    sightingsOf(frames, reply)
      .filter(isOf(from, 'answer'))
      .some((frame) => isArrivalAt(from, frame)),
  );
}

/** Every way of the bytes of an answer that came: whoever sent them, and whether these came or not. */
export function waysOfAnswers(frames: readonly CapturedFrame[], from: Namespace, recognize: Recognize): Hop[] {
  const came = frames.filter((frame) => isArrivalAt(from, frame) && recognize(frame.bytes) === 'answer');
  const identities = new Set(came.map(({ identity }) => identity));
  const same = Map.groupBy(
    frames.filter(({ identity }) => identities.has(identity)),
    ({ identity }) => identity,
  );
  return [...same.values()].flatMap(buildPaths).filter(({ frame }) => isSent(frame) && frame.at.namespace !== from);
}

/** How many copies of a frame came in at a namespace: seen at a parent and at its child, it is one. */
export function copiesAt(from: Namespace, hop: Hop): number {
  return isArrivalAt(from, hop.frame) ? 1 : hop.next.reduce((copies, next) => copies + copiesAt(from, next), 0);
}

/** Whether a device sent the frame, rather than received it. */
export function isSent({ direction }: CapturedFrame): boolean {
  return direction === 'out';
}

function isArrivalAt(from: Namespace, { at, direction }: CapturedFrame): boolean {
  return at.namespace === from && direction === 'in';
}
