/** What vitest gives a matcher as `this`, as far as it is needed here. */
export interface MatcherState {
  isNot: boolean;
  /** `expect.soft`. */
  soft?: boolean;
  /** The running test; its `promises` are awaited at its end (`withAwaitAsyncAssertions` in @vitest/runner). */
  task?: { promises?: PromiseLike<unknown>[] };
}

/**
 * Makes a test fail whose assertion nobody awaited: its answer would have come too late to count. vitest itself waits
 * for built-in assertions and warns; custom ones it lets go.
 *
 * @param title the assertion as it was written, for the error
 */
export function mustBeAwaited<T>(state: MatcherState, title: string, answer: Promise<T>): PromiseLike<T> {
  const { task } = state;
  if (!task) return answer;
  const record = { awaited: false };
  const error = new Error(`${title} was not awaited, so the test did not wait for its answer; write: await ${title}`);
  if (Error.captureStackTrace) Error.captureStackTrace(error, mustBeAwaited);
  task.promises ??= [];
  // A lazy thenable: asked when the test function has ended, it knows then whether anybody had awaited.
  task.promises.push({
    // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited
    then: (onFulfilled, onRejected) =>
      answer
        .then(
          () => {},
          () => {},
        )
        .then(() => {
          if (!record.awaited) throw error;
        })
        .then(onFulfilled as () => never, onRejected),
  });
  // vitest hangs its own `then` on what a matcher returns, and with expect.soft a second; the next is the spec's.
  return watch(answer, state.soft ? 2 : 1, record);
}

function watch<T>(promise: Promise<T>, frameworkThens: number, record: { awaited: boolean }): Promise<T> {
  // A failure that nobody awaits is reported above, not as an unhandled rejection as well.
  promise.catch(() => {});
  const next = (result: Promise<unknown>) => {
    if (frameworkThens > 0) return watch(result, frameworkThens - 1, record);
    record.awaited = true;
    return result;
  };
  return {
    // biome-ignore lint/suspicious/noThenProperty: it stands for the promise
    then: (onFulfilled, onRejected) => next(promise.then(onFulfilled, onRejected)) as Promise<never>,
    catch: (onRejected) => next(promise.catch(onRejected)) as Promise<never>,
    finally: (onFinally) => next(promise.finally(onFinally)) as Promise<T>,
    [Symbol.toStringTag]: 'Promise',
  };
}
