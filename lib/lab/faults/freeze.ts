import { inspect } from 'node:util';
import { block, now } from '../../kernel/clock.ts';
import { networkOf } from '../../kernel/namespaces/network-of.ts';
import { describeProcess } from '../../kernel/programs/describe-process.ts';
import { signalProcess, stateOfProcess } from '../../kernel/programs/process-state.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';
import { processesIn } from '../programs/processes.ts';

/** How long the programs may take to stop, in milliseconds: one that waits for a disk does not hear the signal. */
const DEADLINE = 3000;

/** Programs that were stopped (`SIGSTOP`). They go on at the end of the scope (`using`), by {@link thaw}, or never: the lab ends them. */
export class Freeze implements Disposable {
  readonly #namespace: Namespace;
  readonly #stopped: Set<number>;

  constructor(namespace: Namespace, stopped: Set<number>) {
    this.#namespace = namespace;
    this.#stopped = stopped;
  }

  /** The process ids. */
  get pids(): readonly number[] {
    return [...this.#stopped];
  }

  /** Lets the programs go on. A second call does nothing. */
  thaw(): void {
    const { inode } = engineOf(this.#namespace).netns;
    // Another process may have the number by now.
    for (const pid of this.#stopped)
      if (networkOf(pid) === inode && stateOfProcess(pid) === 'T') signalProcess(pid, 'SIGCONT');
    this.#stopped.clear();
  }

  [Symbol.dispose](): void {
    if (!this.#namespace.lab.closed) this.thaw();
  }

  /** `freeze of ns1: 2 processes`, for `console.log`. */
  [inspect.custom](): string {
    return `freeze of ${this.#namespace}: ${this.#stopped.size} processes`;
  }
}

/** Stops the programs of a namespace; {@link Namespace.freeze} is this. */
export function freeze(namespace: Namespace): Freeze {
  checkLabOpen(`${namespace.name}.freeze`, namespace.lab);
  const { inode } = engineOf(namespace).netns;
  const inodes = new Set([inode]);
  const stopped = new Set<number>();
  const deadline = now() + DEADLINE;
  // What is stopped starts no other: the first look that finds nothing new, and all stopped, is the last.
  for (;;) {
    const going = processesIn(inodes).filter((pid) => !['T', 'Z', undefined].includes(stateOfProcess(pid)));
    if (going.length === 0) return new Freeze(namespace, stopped);
    if (now() > deadline) {
      new Freeze(namespace, stopped).thaw();
      throw new Error(
        `${namespace.name}.freeze: did not stop within ${DEADLINE} ms: ${going.map(describeProcess).join(', ')}`,
      );
    }
    for (const pid of going) {
      signalProcess(pid, 'SIGSTOP');
      stopped.add(pid);
    }
    block(0.2);
  }
}
