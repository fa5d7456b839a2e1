import type { Hop, Interface, Namespace } from '../lab/index.ts';
import { expectedWay, type Step } from './expected-way.ts';
import { forwards } from './forwards.ts';
import { hopsOf } from './path.ts';
import { isPacket, placesNearest } from './place.ts';
import { tunnelEnds } from './tunnel-ends.ts';

/** A tunnel that was given a frame, and the other end by which the shortest way leads on to the frame's goal. */
interface Passage {
  end: Hop;
  far: Interface;
}

/**
 * The passage through a tunnel that a frame needed to come to its goal, if it came out of none at the right end. What the tunnels are set
 * to does not count: that may be what is wrong. Undefined where several are as short, or a way without tunnels is.
 */
export function missedPassage(path: Hop, to: Interface | Namespace): Passage | undefined {
  const hops = hopsOf(path);
  const [shortest, other] = hops
    .filter(({ frame: { direction }, again }) => direction === 'out' && !again)
    .flatMap((end) => passagesFrom(end, path, to))
    .filter(({ far }) => !hops.some(({ frame }) => frame.at === far && frame.direction === 'in'))
    .toSorted((one, another) => one.length - another.length);
  const [nearest] = shortest ? placesNearest(path, to) : [];
  const isShorter = [other?.length, nearest?.way?.length].every(
    (each) => each === undefined || each > Number(shortest?.length),
  );
  return isShorter ? shortest : undefined;
}

function passagesFrom(end: Hop, path: Hop, to: Interface | Namespace): (Passage & { length: number })[] {
  const { at } = end.frame;
  const goal = { to, sender: path.frame.at.namespace, routed: isPacket(path.frame.bytes), isRouter: forwards };
  return tunnelEnds(at).flatMap((far) => {
    const way: Step[] | undefined = expectedWay({ at: far, direction: 'in' }, goal);
    return way ? [{ end, far, length: way.length + 1 }] : [];
  });
}
