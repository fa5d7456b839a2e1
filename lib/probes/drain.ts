import { Noise } from './noise.ts';
import type { Quiet } from './patience.ts';

/** More rounds than a frame meets queues on its way. Other traffic may never end. */
const MOST_ROUNDS = 10;

/**
 * Empties the known queues until the taps see nothing more: what leaves one queue may go into another, even into one that was
 * emptied just before, such as the queue of a macvlan parent behind a switch.
 *
 * @returns why the machine did not get round to it; undefined when it did
 */
export async function drain(quiet: Quiet): Promise<string | undefined> {
  const noise = new Noise(quiet);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const failure = await quiet.drained();
    if (failure || !noise.goesOn()) return failure;
  }
  return undefined;
}
