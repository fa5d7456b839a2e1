/** What vitest gives a matcher as `this`, as far as it is needed here. */
export interface MatcherState {
  /** Undefined without `.not`. */
  isNot?: boolean | undefined;
  /** `expect.soft`. */
  soft?: boolean | undefined;
  /** The running test; its `promises` are awaited at its end (`withAwaitAsyncAssertions` in vitest's runner). */
  task?: { promises?: PromiseLike<unknown>[] } | undefined;
}

/**
 * Makes a test fail whose assertion nobody awaited: its answer would have come too late to count. vitest itself does so
 * for its built-in assertions; custom ones it lets go. Also gives a failure the stack of the line that asked, which is
 * lost behind a custom thenable.
 *
 * @param title the assertion as it was written, for the error
 * @param caller the function whose caller is the spec
 */
export function mustBeAwaited<T>(
  { task, soft }: MatcherState,
  title: string,
  answer: Promise<T>,
  caller: (...args: never[]) => unknown,
): PromiseLike<T> {
  const error = new Error(`${title} was not awaited, so the test did not wait for its answer; write: await ${title}`);
  Error.captureStackTrace(error, caller);
  const call: Call = { awaited: false, frames: error.stack?.split('\n').slice(1).join('\n') ?? '' };
  if (task) {
    task.promises ??= [];
    // A lazy thenable: asked when the test function has ended, it knows then whether anybody had awaited.
    task.promises.push({
      // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited
      then: (onFulfilled, onRejected) =>
        answer
          .then(ignore, ignore)
          .then(() => {
            if (!call.awaited) throw error;
          })
          .then(onFulfilled as () => never, onRejected),
    });
  }
  // vitest hangs its own `then` on what a matcher returns, and with expect.soft a second; the next is the spec's.
  return watch(answer, soft ? 2 : 1, call);
}

interface Call {
  awaited: boolean;
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
    // biome-ignore lint/suspicious/noThenProperty: it stands for the promise
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
  if (error instanceof Error && !error.stack?.includes(frames))
    error.stack = `${error.name}: ${error.message}\n${frames}`;
  return error;
}

function ignore(): void {}
