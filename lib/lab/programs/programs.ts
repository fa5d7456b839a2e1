import { after, turn } from '../../kernel/clock.ts';
import type { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { networkCookie } from '../../kernel/namespaces/network-cookie.ts';
import { networkOf } from '../../kernel/namespaces/network-of.ts';
import { endPrograms, findPrograms, type LabSigns } from '../../kernel/programs/end-programs.ts';
import { isAlive } from '../../kernel/programs/process-state.ts';
import { ProgramMark } from '../../kernel/programs/program-mark.ts';
import { type LabSign, reapNoMore, reapWithThread } from '../../kernel/programs/reap-with-thread.ts';
import { OUTPUT_DEADLINE, type Program } from './program.ts';
import { type LostProgram, Unawaited } from './unawaited.ts';
import { registerWait } from './waits.ts';

/** How long the end waits for the programs that it killed, in milliseconds. */
const KILL_DEADLINE = 5000;

/** The programs of a lab, and what they have started, which end with it. */
export class Programs {
  readonly #mark = new ProgramMark();
  /** By the numbers of their inodes. */
  readonly #networks = new Map<number, LabSign | undefined>();
  /** With what settles when the program and its output have ended, however they end. */
  readonly #running = new Map<Program, Promise<void>>();
  readonly #started: string[] = [];
  readonly #daemons: Program[] = [];
  readonly #unawaited = new Unawaited();

  /** Runs a synchronous function; what it starts is of the lab, wherever it goes. */
  during<T>(fn: () => T): T {
    return this.#mark.during(fn);
  }

  /** What a program's command begins with. */
  command(): string[] {
    return this.#mark.command();
  }

  /**
   * Has whatever runs in these networks, and whatever is started from now on, end with this thread as well.
   */
  reapIn(namespaces: readonly NetNamespace[]): void {
    reapWithThread({ mark: this.#mark.value });
    for (const namespace of namespaces) {
      const { inode } = namespace;
      if (this.#networks.has(inode)) continue;
      const cookie = networkCookie(namespace);
      // Without a cookie nobody could tell it from the next one of the same number, when this thread is gone.
      const sign = cookie === undefined ? undefined : { inode, cookie };
      this.#networks.set(inode, sign);
      if (sign) reapWithThread(sign);
    }
  }

  /** Registers a program. */
  track(program: Program): void {
    this.#started.push(program.words);
    if (program.isDaemon) this.#daemons.push(program);
    const forget = () => {
      this.#running.delete(program);
    };
    // Whoever awaits the program gets its failure; a lab that ends under one that nobody awaits is no failure.
    this.#running.set(program, program.subprocess.then(forget, forget));
    registerWait(program, program.subprocess);
    this.#unawaited.watch(program);
  }

  /** All that `exec` and `daemon` have started, in order, as the spec has it: `a.exec('ip', ['link'])`. */
  get started(): readonly string[] {
    return this.#started;
  }

  /** All that `daemon` has started, in order, those that have ended too. */
  get daemons(): readonly Program[] {
    return this.#daemons;
  }

  /** Those that `exec` or `daemon` started and that have not ended yet. */
  get running(): readonly Program[] {
    return [...this.#running.keys()];
  }

  /** All processes of the lab that are there now, by their numbers: also what its programs have started. */
  left(): number[] {
    return findPrograms(this.#signs);
  }

  /** Those that have failed until now, and nobody has heard of it. */
  get failed(): LostProgram[] {
    return this.#unawaited.failed;
  }

  /**
   * Those that still run though nobody awaits them, so that the spec does not know how they would end. Daemons serve until
   * the end of the lab, and with `reject: false` any end is right.
   */
  get forgotten(): Program[] {
    return this.running
      .filter(({ isDaemon, isAwaited, rejects }) => rejects && !isDaemon && !isAwaited)
      .filter(({ ending, pid, isStopped }) => ending === undefined && !isStopped && pid !== undefined && isAlive(pid));
  }

  /** Waits until Node has heard of the programs that have ended by now: it hears of them in its event loop. */
  async hearOfDeaths(): Promise<void> {
    const dead = this.running.filter(({ ending, pid }) => ending === undefined && pid !== undefined && !isAlive(pid));
    await Promise.all(dead.map(({ exited }) => exited));
    await this.#settle(
      this.running.filter(({ isDaemon, isAwaited, hasFailed }) => !isDaemon && !isAwaited && hasFailed),
    );
    // What a daemon has printed last is read behind that.
    if (this.#unawaited.failed.length > 0) await turn();
  }

  /**
   * Kills the lab's programs, what they have started, and whatever runs in its networks.
   *
   * @param makeRoom frees descriptors, of which the search needs some
   * @throws Error naming a process that does not end
   */
  async end(makeRoom: () => void): Promise<void> {
    // Nothing has been run.
    if (this.#networks.size === 0) return;
    try {
      await endPrograms(this.#signs, KILL_DEADLINE, makeRoom);
    } finally {
      reapNoMore({ mark: this.#mark.value });
      for (const sign of this.#networks.values()) if (sign) reapNoMore(sign);
    }
    await this.#reap();
  }

  get #signs(): LabSigns {
    // The lab holds its networks, so their inodes' numbers are theirs.
    return { isIn: (pid) => this.#networks.has(networkOf(pid)), marks: new Set([this.#mark.value]) };
  }

  /** Node has yet to reap what was killed; without this their promises would settle in the next test. */
  #reap(): Promise<void> {
    return this.#settle(this.running);
  }

  async #settle(programs: readonly Program[]): Promise<void> {
    if (programs.length === 0) return;
    // What a program had somebody else start, such as systemd, is not ours to kill, and may hold its output open.
    const callOff = after(OUTPUT_DEADLINE, () => {
      for (const { subprocess } of programs)
        for (const stream of [subprocess.stdout, subprocess.stderr]) stream?.destroy();
    });
    await Promise.all(programs.map((program) => this.#running.get(program)));
    callOff();
  }
}
