import { parentPort, workerData } from 'node:worker_threads';
import { buildNetwork, type Variant } from './soundness-networks.ts';
import { faultOf, isAskedOf, isTrueOf, KINDS } from './soundness-questions.ts';

/** A positive of what is not so waits for its whole time, and then is explained: it is asked in one of so many rounds. */
export const RARELY = 10;

/** A network, and which rounds of questions are asked there. */
export interface Labour {
  variant: Variant;
  first: number;
  last: number;
}

/** What each thread is told at its beginning. */
export interface LaneOptions {
  kinds: readonly string[];
  /** No question is put after this time, of `Date.now()`. */
  until: number;
}

/** One answer; `fault` is what is wrong with it. */
export interface Note {
  kind: string;
  variant: Variant;
  isTrue: boolean;
  isNot: boolean;
  time: number;
  fault: string | undefined;
}

/** What a lane says: an answer, or that it is done with a {@link Labour}. */
export type LaneMessage = Note | 'done';

// The matchers ask vitest what the config says (`inject`). Here there is no vitest, and so nothing is said.
Object.assign(globalThis, { __vitest_worker__: { providedContext: {} } });

// In a thread of its own: a machine that is busy gives each its turn. It ends by itself, since a thread that is ended
// from outside may be in the middle of a callback.
parentPort?.on('message', (labour: Labour | undefined) => {
  if (labour) void askAll(workerData as LaneOptions, labour).then(() => parentPort?.postMessage('done'));
  else parentPort?.close();
});

async function askAll({ kinds, until }: LaneOptions, { variant, first, last }: Labour): Promise<void> {
  if (Date.now() > until) return;
  const network = await buildNetwork(variant);
  await using _ = network.lab;
  for (let round = first; round < last; round++) {
    for (const kind of kinds.filter((each) => isAskedOf(each, variant))) {
      const { ask, rare = 1 } = KINDS[kind] as (typeof KINDS)[string];
      const isTrue = isTrueOf(kind, variant);
      for (const isNot of [false, true]) {
        if (round % (rare * (isTrue || isNot ? 1 : RARELY)) !== 0 || Date.now() > until) continue;
        const began = performance.now();
        const fault = await ask(isNot, network, variant).then(
          (answer) => faultOf(answer, { isTrue, isNot }),
          (error) => `throws ${error instanceof Error ? error.stack : error}`,
        );
        const note: Note = { kind, variant, isTrue, isNot, time: performance.now() - began, fault };
        parentPort?.postMessage(note);
      }
    }
  }
}
