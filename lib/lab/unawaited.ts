import type { Subprocess } from './exec.ts';

const ENDED_BY = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Watches whether a program's failure is taken note of: by `await`, `catch` or `for await`. One that nobody awaited would be
 * lost, for a lab's own end is no failure of what it ends, and so no rejection may go unhandled.
 */
export class Unawaited {
  readonly #failures = new Map<Subprocess, Error>();

  watch(subprocess: Subprocess): void {
    let isAwaited = false;
    subprocess.catch((error: Error & { signal?: string }) => {
      // Whoever ends a program, by whatever means, knows that it has.
      if (isAwaited || ENDED_BY.includes(error.signal ?? '')) return;
      this.#failures.set(subprocess, told(error));
    });
    for (const method of ['then', 'catch', 'finally'] as const) {
      const settled = subprocess[method] as (...args: unknown[]) => unknown;
      const note = (...args: unknown[]) => {
        isAwaited = true;
        this.#failures.delete(subprocess);
        return settled.apply(subprocess, args);
      };
      Object.defineProperty(subprocess, method, { value: note });
    }
    // `await` calls the `then` of whatever is no promise of its own (PromiseResolve compares the constructor).
    Object.defineProperty(subprocess, 'constructor', { value: undefined });
  }

  /** What has failed until now, and nobody has heard of it. */
  get failures(): Error[] {
    return [...this.#failures.values()];
  }
}

/** With the spec's line, which the program's own error has. */
function told({ message, stack = '' }: Error): Error {
  const error = new Error(`nobody awaited a program that failed: ${message}`);
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}
