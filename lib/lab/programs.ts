import { after } from '../kernel/clock.ts';
import type { Subprocess } from './exec.ts';
import { endProcessesIn } from './processes.ts';
import { Unawaited } from './unawaited.ts';

/** How long the end waits for the programs that it killed, in milliseconds. */
const KILL_DEADLINE = 5000;

/** How long it waits for the end of their output, in milliseconds. */
const OUTPUT_DEADLINE = 500;

/** The programs of a lab, which end with it. */
export class Programs {
  readonly #running = new Set<Subprocess>();
  readonly #unawaited = new Unawaited();

  /** Registers a program. */
  track(subprocess: Subprocess): void {
    this.#running.add(subprocess);
    const forget = () => this.#running.delete(subprocess);
    // Whoever awaits the program gets its failure; a lab that ends under one that nobody awaits is no failure.
    subprocess.then(forget, forget);
    this.#unawaited.watch(subprocess);
  }

  /** Whether one of those that `exec` started has not ended yet. */
  get areRunning(): boolean {
    return this.#running.size > 0;
  }

  /** What has failed until now, and nobody has heard of it. */
  get failures(): Error[] {
    return this.#unawaited.failures;
  }

  /**
   * Kills every process in namespaces of these inodes: the lab's programs, and what they have started.
   *
   * @param makeRoom frees descriptors, of which the search needs some
   * @throws Error naming a process that does not end
   */
  async end(inodes: ReadonlySet<number>, makeRoom: () => void): Promise<void> {
    for (const subprocess of this.#running) subprocess.kill('SIGKILL');
    await endProcessesIn(inodes, KILL_DEADLINE, makeRoom);
    await this.#reap();
  }

  /** Node has yet to reap what was killed; without this their promises would settle in the next test. */
  async #reap(): Promise<void> {
    const settled = Promise.allSettled(this.#running);
    // What a program started in a namespace of that one's own is not ours to kill, and may hold its output open.
    const callOff = after(OUTPUT_DEADLINE, () => {
      for (const { stdout, stderr } of this.#running) for (const stream of [stdout, stderr]) stream?.destroy();
    });
    await settled;
    callOff();
  }
}
