import { setFrames } from '../../base/own-frames.ts';
import { wrongSpec } from '../../base/wrong-spec.ts';
import type { ExecFailure } from './exec.ts';
import { onAwait } from './on-await.ts';
import type { Program } from './program.ts';

const ENDED_BY = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'];

/** A program that has failed, or a daemon that has ended by itself, and nobody has heard of it. */
export interface LostProgram {
  program: Program;
  /** What happened, in one line with the call: `a.exec('cat', []): exit code 3`. */
  summary: string;
  /** What the end of the lab says of it. With the spec's line. */
  error: Error;
}

/**
 * Watches whether a program's failure is taken note of: by `await`, `catch` or `for await`. One that nobody awaited would be
 * lost, for a lab's own end is no failure of what it ends, and so no rejection may go unhandled. A daemon fails by ending.
 */
export class Unawaited {
  readonly #failed = new Map<Program, () => Omit<LostProgram, 'program'>>();

  watch(program: Program): void {
    if (program.isDaemon) this.#watchDaemon(program);
    else this.#watchProgram(program);
  }

  /** Those that have failed until now, and nobody has heard of it. */
  get failed(): LostProgram[] {
    const unheard = [...this.#failed].filter(([program]) => !program.isAwaited);
    return unheard.map(([program, tell]) => ({ program, ...tell() }));
  }

  #watchDaemon(program: Program): void {
    // Its output may stay open for longer: what it has started may hold it.
    program.subprocess.nodeChildProcess.once('exit', () => {
      this.#failed.set(program, () => describeDeath(program));
    });
  }

  #watchProgram(program: Program): void {
    const { subprocess } = program;
    subprocess.catch((error: ExecFailure) => {
      // Whoever ends a program, by whatever means, knows that it has.
      if (ENDED_BY.includes(error.signal ?? '')) return;
      this.#failed.set(program, () => ({ summary: error.shortMessage, error: unawaitedFailure(error) }));
    });
    onAwait(subprocess, () => {
      program.isAwaited = true;
    });
  }
}

/** What a passing test says of a program whose end it did not wait for. With the spec's line. */
export function stillRunning({ words, frames }: Program): Error {
  const mends = `write: await ${words}; for a server use daemon, and with reject: false its end does not matter`;
  return wrongSpec(errorAt(`${words} was not awaited, and was still running at the end of the test; ${mends}`, frames));
}

function unawaitedFailure({ message, stack = '' }: Error): Error {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  return errorAt(`nobody awaited a program that failed: ${message}`, frames.join('\n'));
}

function describeDeath(program: Program): { summary: string; error: Error } {
  const summary = `${program.words}: ${program.ending}`;
  const printed = program.lastLines.map((line) => `  ${line}`);
  const lines = printed.length > 0 ? ['Its last output:', ...printed] : ['It has printed nothing.'];
  return {
    summary,
    error: errorAt([`a daemon has ended before its lab: ${summary}`, ...lines].join('\n'), program.frames),
  };
}

function errorAt(message: string, frames: string): Error {
  const error = new Error(message);
  setFrames(error, frames);
  return error;
}
