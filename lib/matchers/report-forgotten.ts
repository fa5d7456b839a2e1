import { after } from '../kernel/clock.ts';

/** A test, or another task of vitest's, as far as it is needed here. */
export interface Owner {
  file?: Owner;
  result?: { state?: string; duration?: number | undefined; attempts?: { state?: string }[] | undefined } | undefined;
}

/** The try that a test is at, and where `repeats` are, the time: from 0. */
export function tryOf(test: Owner): number {
  return test.result?.attempts?.length ?? 0;
}

/** How often it is looked, in milliseconds: between a file's end and its worker's is a question to vitest and its answer. */
const INTERVAL = 1;

/**
 * Makes the run fail when an assertion has not been dealt with at the end of its file, by an unhandled rejection: where no
 * test waits for it, in a hook or behind a test's end, vitest has nothing else. Not earlier, since it may be awaited yet.
 *
 * @param test whose it is, if known
 * @param isDealtWith whether somebody has awaited it, or has been told that nobody did
 */
export function reportForgotten(test: Owner | undefined, error: Error, isDealtWith: () => boolean): void {
  const file = test?.file ?? running()?.file;
  const madeIn = test && tryOf(test);
  const look = () => {
    if (isDealtWith()) return;
    if (file && file.result?.duration === undefined) {
      after(INTERVAL, look);
      return;
    }
    // A test that failed or skipped before it came to its await has said so.
    const state = test?.result?.attempts?.[madeIn ?? 0]?.state ?? test?.result?.state ?? 'pass';
    if (state === 'pass') void Promise.reject(error);
  };
  after(0, look);
}

/** What vitest's worker is at: a suite, while its hooks run. Nothing public tells (`getWorkerState`). */
function running(): Owner | undefined {
  const { __vitest_worker__: worker } = globalThis as { __vitest_worker__?: { current?: Owner } };
  return worker?.current;
}
