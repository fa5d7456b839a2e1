import { setFrames } from '../../base/own-frames.ts';
import { wrongSpec } from '../../base/wrong-spec.ts';
import { onAwait } from './on-await.ts';
import { framesOf } from './waits.ts';

/** Calls whose only use is to be waited for, and for which nobody has waited yet: a spec that forgets `await` asks its questions too early. */
export class CallsToAwait {
  readonly #forgotten = new Set<Error>();

  /**
   * Adds a call until somebody waits for its promise.
   *
   * @param words the call as the spec has it: `lab.settled()`
   * @param from the method that the spec called
   * @returns the promise
   */
  add<T>(words: string, from: (...args: never[]) => unknown, promise: Promise<T>): Promise<T> {
    const message = `${words} was not awaited, so the test did not wait for it; write: await ${words}`;
    const error = wrongSpec(new Error(message));
    setFrames(error, framesOf(from));
    this.#forgotten.add(error);
    onAwait(promise, () => this.#forgotten.delete(error));
    return promise;
  }

  /** What is to be said of the first of them, with the spec's line. */
  get forgotten(): Error | undefined {
    const [first] = this.#forgotten;
    return first;
  }
}
