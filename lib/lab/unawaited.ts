import type { ExecFailure } from './exec.ts';
import type { Program } from './program.ts';

const ENDED_BY = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Watches whether a program's failure is taken note of: by `await`, `catch` or `for await`. One that nobody awaited would be
 * lost, for a lab's own end is no failure of what it ends, and so no rejection may go unhandled.
 */
export class Unawaited {
  readonly #failed = new Map<Program, ExecFailure>();

  watch(program: Program): void {
    const { subprocess } = program;
    subprocess.catch((error: ExecFailure) => {
      // Whoever ends a program, by whatever means, knows that it has.
      if (program.isAwaited || ENDED_BY.includes(error.signal ?? '')) return;
      this.#failed.set(program, error);
    });
    for (const method of ['then', 'catch', 'finally'] as const) {
      const settled = subprocess[method].bind(subprocess) as (...args: unknown[]) => unknown;
      const note = (...args: unknown[]) => {
        program.isAwaited = true;
        this.#failed.delete(program);
        return settled(...args);
      };
      Object.defineProperty(subprocess, method, { value: note });
    }
    // `await` calls the `then` of whatever is no promise of its own (PromiseResolve compares the constructor).
    Object.defineProperty(subprocess, 'constructor', { value: undefined });
  }

  /** Those that have failed until now, and nobody has heard of it. */
  get failed(): { program: Program; error: ExecFailure }[] {
    return [...this.#failed].map(([program, error]) => ({ program, error }));
  }
}

/** What the end of a lab says of such a failure. With the spec's line, which the program's own error has. */
export function unawaitedFailure({ message, stack = '' }: Error): Error {
  const error = new Error(`nobody awaited a program that failed: ${message}`);
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n');
  return error;
}
