import { after } from '../kernel/clock.ts';
import type { ExecFailure } from './exec.ts';
import { endProcessesIn } from './processes.ts';
import type { Program } from './program.ts';
import { Unawaited } from './unawaited.ts';
import { registerWait } from './waits.ts';

/** How long the end waits for the programs that it killed, in milliseconds. */
const KILL_DEADLINE = 5000;

/** How long it waits for the end of their output, in milliseconds. */
const OUTPUT_DEADLINE = 500;

/** The programs of a lab, which end with it. */
export class Programs {
  readonly #running = new Set<Program>();
  readonly #unawaited = new Unawaited();

  /** Registers a program. */
  track(program: Program): void {
    this.#running.add(program);
    const forget = () => this.#running.delete(program);
    // Whoever awaits the program gets its failure; a lab that ends under one that nobody awaits is no failure.
    program.subprocess.then(forget, forget);
    registerWait(program, program.subprocess);
    this.#unawaited.watch(program);
  }

  /** Those that `exec` started and that have not ended yet. */
  get running(): readonly Program[] {
    return [...this.#running];
  }

  /** Those that have failed until now, and nobody has heard of it. */
  get failed(): { program: Program; error: ExecFailure }[] {
    return this.#unawaited.failed;
  }

  /**
   * Kills every process in namespaces of these inodes: the lab's programs, and what they have started.
   *
   * @param makeRoom frees descriptors, of which the search needs some
   * @throws Error naming a process that does not end
   */
  async end(inodes: ReadonlySet<number>, makeRoom: () => void): Promise<void> {
    for (const { subprocess } of this.#running) subprocess.kill('SIGKILL');
    await endProcessesIn(inodes, KILL_DEADLINE, makeRoom);
    await this.#reap();
  }

  /** Node has yet to reap what was killed; without this their promises would settle in the next test. */
  async #reap(): Promise<void> {
    const settled = Promise.allSettled(this.running.map(({ subprocess }) => subprocess));
    // What a program started in a namespace of that one's own is not ours to kill, and may hold its output open.
    const callOff = after(OUTPUT_DEADLINE, () => {
      for (const { subprocess } of this.#running)
        for (const stream of [subprocess.stdout, subprocess.stderr]) stream?.destroy();
    });
    await settled;
    callOff();
  }
}
