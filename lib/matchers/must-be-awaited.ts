import { setFrames } from '../base/own-frames.ts';
import { wrongSpec } from '../base/wrong-spec.ts';
import { type Owner, reportForgotten, tryOf } from './report-forgotten.ts';

/** What vitest gives a matcher as `this`, as far as it is needed here. */
export interface MatcherState {
  /** Undefined without `.not`. */
  isNot?: boolean | undefined;
  /** `expect.soft`. */
  soft?: boolean | undefined;
  /** The running test; its `promises` are awaited when its function has ended (`withAwaitAsyncAssertions` in vitest's runner). */
  task?: (Owner & { promises?: PromiseLike<unknown>[] }) | undefined;
}

/**
 * Makes a test fail whose assertion nobody awaited: its answer would have come too late to count. vitest itself does so
 * for its built-in assertions; custom ones it lets go. Also gives a failure the stack of the line that asked, which is
 * lost behind a custom thenable.
 *
 * @param title the assertion as it was written, for the error
 * @param frames of the spec's line: {@link framesOf}
 */
export function mustBeAwaited<T>(
  { task, soft }: MatcherState,
  title: string,
  answer: Promise<T>,
  frames: string,
): PromiseLike<T> {
  const message = `${title} was not awaited, so the test did not wait for its answer; write: await ${title}`;
  const error = wrongSpec(new Error(message));
  setFrames(error, frames);
  const call: Call = { awaited: false, judged: false, frames };
  if (task) {
    const madeIn = tryOf(task);
    task.promises ??= [];
    // A lazy thenable: asked when the test function has ended, it knows then whether anybody had awaited.
    task.promises.push({
      // biome-ignore lint/suspicious/noThenProperty: vitest calls this `then` when the test function has ended; a promise could not tell when that is
      then: (onFulfilled, onRejected) => {
        // The list stays from try to try; a try that failed before it came to its await is no fault of the next.
        const own = madeIn === tryOf(task);
        call.judged ||= own;
        return answer
          .then(ignore, ignore)
          .then(() => {
            if (own && !call.awaited) throw error;
          })
          .then(onFulfilled as () => never, onRejected);
      },
    });
  }
  // In a hook, and behind the end of the test, nobody looks at that list any more, or there is none.
  reportForgotten(task, error, () => call.awaited || call.judged);
  // vitest hangs its own `then` on what a matcher returns, and with expect.soft a second; the next is the spec's.
  return watch(answer, soft ? 2 : 1, call);
}

interface Call {
  awaited: boolean;
  /** Whether vitest has asked, and so tells of it if nobody awaits. */
  judged: boolean;
  /** The stack of the spec's line. */
  frames: string;
}

function watch<T>(promise: Promise<T>, frameworkThens: number, call: Call): Promise<T> {
  // A failure that nobody awaits is reported above, not as an unhandled rejection as well.
  promise.catch(ignore);
  const next = (result: Promise<unknown>) => {
    if (frameworkThens > 0) return watch(result, frameworkThens - 1, call);
    call.awaited = true;
    return result;
  };
  return {
    // biome-ignore lint/suspicious/noThenProperty: `await` calls this `then`; a promise could not tell whether a spec has awaited it
    then: (onFulfilled, onRejected) =>
      next(
        promise.then(onFulfilled, onRejected).catch((error) => Promise.reject(pointToSpec(error, call))),
      ) as Promise<never>,
    catch: (onRejected) => next(promise.catch(onRejected)) as Promise<never>,
    finally: (onFinally) => next(promise.finally(onFinally)) as Promise<T>,
    [Symbol.toStringTag]: 'Promise',
  };
}

/** An error's own stack ends in the event loop; the line that a reader wants is the spec's. */
function pointToSpec(error: unknown, { frames }: Call): unknown {
  if (error instanceof Error && !error.stack?.includes(frames)) setFrames(error, frames);
  return error;
}

function ignore(): void {}
