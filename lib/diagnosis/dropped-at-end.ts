import { PACKET_HOST } from '../kernel/constants.ts';
import type { Hop } from '../lab/index.ts';
import { forwards } from '../trace/forwards.ts';
import { hopsOf } from '../trace/path.ts';
import { couldGoOn } from '../trace/place.ts';
import { causeAtEnd, predictionAt } from './causes/by-model.ts';
import type { CauseAt } from './finding.ts';

/** What a device did with a frame that it was given to send, as the model says: a dummy frees it. */
export function droppedAtEnd(path: Hop): CauseAt | undefined {
  const hops = hopsOf(path);
  for (const hop of hops) {
    const isEnd = hop.frame.direction === 'out' && hop.next.length === 0;
    const before = hops.find(({ next }) => next.includes(hop));
    const cause = isEnd ? causeAtEnd(hop.frame, before?.frame) : undefined;
    if (cause) return { hop, cause };
  }
  return undefined;
}

/**
 * The same, if the frame had no other way. Cables and routers may seem to lead to the goal besides, such as those under a tunnel. But
 * no router has been given the frame, and no copy of it is left that could go on.
 */
export function droppedAtOnlyEnd(path: Hop): CauseAt | undefined {
  const found = droppedAtEnd(path);
  if (!found) return undefined;
  const { namespace } = found.hop.frame.at;
  const hops = hopsOf(path);
  const isTaken = hops.some(({ frame: { direction, packetType } }) => direction === 'in' && packetType === PACKET_HOST);
  const others = hops.filter((hop) => hop.next.length === 0 && hop !== found.hop);
  const areOver = others.every(
    (hop) => hop.frame.at.namespace === namespace || !(couldGoOn(hop) || forwards(hop.frame.at.namespace)),
  );
  return isTaken || !areOver ? undefined : found;
}

/**
 * What a bridge did with a frame as it came in by a port, if nothing else is left of the frame: the bridge took it no further,
 * wherever it was to go. The way there may lead through a tunnel, which no cable shows.
 */
export function droppedOnArrival(path: Hop): CauseAt | undefined {
  const [end, another] = hopsOf(path).filter(({ next }) => next.length === 0);
  if (!end || another || end.again || end.frame.direction !== 'in' || !end.frame.at.isPort) return undefined;
  const prediction = predictionAt(end.frame, end.frame);
  if (!prediction || prediction.next.length > 0) return undefined;
  const cause = prediction.drops.find(({ towards }) => !towards)?.cause;
  return cause && { hop: end, cause };
}
