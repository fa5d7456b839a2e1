import { inspect } from 'node:util';
import { harmless, visible } from '../../base/visible-text.ts';
import { after } from '../../kernel/clock.ts';
import { isAlive } from '../../kernel/programs/process-state.ts';
import type { Program } from './program.ts';

/** How long a daemon may take to end after the signal, in milliseconds. Then it is killed. */
const STOP_DEADLINE = 5000;

/**
 * A program that serves until the spec stops it, or the lab ends. If it ends by itself before, with any exit code, the
 * test fails with its last lines.
 */
export class Daemon implements AsyncDisposable {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  /** The number of its process. */
  get pid(): number {
    return this.#program.pid as number;
  }

  /** The last 64 KiB of its standard output and standard error, in the order of arrival. */
  get output(): string {
    return this.#program.output;
  }

  /** Whether it still runs. */
  get running(): boolean {
    return this.#program.ending === undefined;
  }

  /**
   * Ends the daemon, and waits until its process has ended. A daemon that has not ended 5 s after the signal is killed.
   *
   * @param signal @default 'SIGTERM'
   * @example await keepalived.stop('SIGKILL'); // as if its machine had lost power
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    // It died by itself, and Node has not heard of it yet: that is no end that the spec asked for.
    if (!isAlive(this.pid)) return void (await this.#program.exited);
    this.#program.isAwaited = true;
    const { nodeChildProcess } = this.#program.subprocess;
    nodeChildProcess.kill(signal);
    const callOff = after(STOP_DEADLINE, () => nodeChildProcess.kill('SIGKILL'));
    await this.#program.exited;
    callOff();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** As the spec has it: `ns1.daemon('dnsmasq', ['--keep-in-foreground'])`. */
  toString(): string {
    return harmless(this.#program.words);
  }

  /** `daemon 4711 ns1.daemon('dnsmasq', …)`, for `console.log`. */
  [inspect.custom](): string {
    return visible(`daemon ${this.#program.pid} ${this.#program.words}`);
  }
}
