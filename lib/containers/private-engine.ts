import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { harmless } from '../base/visible-text.ts';
import { now, sleep } from '../kernel/clock.ts';
import { cgroupsNamed, removeCgroups } from '../kernel/programs/cgroup.ts';
import type { Reaper } from '../kernel/programs/reaper.ts';
import type { Namespace, Subprocess } from '../lab/index.ts';
import { DockerEngine } from './docker-engine.ts';
import { askEngine } from './engine-api.ts';
import { ENGINE_FOLDER, ENGINE_SCRIPT, engineArguments, engineEnvironment } from './engine-script.ts';
import { startReaper } from './start-reaper.ts';

/** How long dockerd may take to answer, in milliseconds; it takes 300 on an idle machine. */
const START_DEADLINE = 120_000;
/** How long its last processes and cgroups may take to go, in milliseconds. */
const END_DEADLINE = 10_000;
const INTERVAL = 5;
/** Lines of dockerd's log in an error. */
const LOG_LINES = 15;

/**
 * An engine in a namespace of the lab: its bridge, its networks and its packet filter's rules are there, the host has none
 * of them. It is the first process of a PID namespace, so containerd, every shim and every container die with it; its
 * files and mounts are in a mount namespace that goes with them.
 */
export class PrivateEngine extends DockerEngine {
  readonly namespace: Namespace;
  readonly labels = {};
  readonly #name: string;
  readonly #pid: number;
  readonly #process: Subprocess;
  readonly #reaper: Reaper;
  #ended = false;
  #closing: Promise<void> | undefined;

  private constructor(namespace: Namespace, own: { name: string; pid: number; process: Subprocess; reaper: Reaper }) {
    super(`/proc/${own.pid}/root${ENGINE_FOLDER}/docker.sock`);
    this.namespace = namespace;
    this.#name = own.name;
    this.#pid = own.pid;
    this.#process = own.process;
    this.#reaper = own.reaper;
    const end = () => {
      this.#ended = true;
    };
    own.process.then(end, end);
  }

  /**
   * Starts one, and waits until it answers.
   *
   * @throws Error with the end of its log, when it ends instead
   */
  static async start(namespace: Namespace): Promise<PrivateEngine> {
    const name = `hairpin-${process.pid}-${randomBytes(6).toString('hex')}`;
    const reaper = startReaper('engine', name);
    const started = namespace.exec(
      'unshare',
      ['--pid', '--mount', '--fork', '--kill-child', '--', 'sh', '-euc', ENGINE_SCRIPT, 'sh', ...engineArguments(name)],
      { stdin: 'ignore', reject: false, env: engineEnvironment() },
    );
    let engine: PrivateEngine | undefined;
    try {
      engine = new PrivateEngine(namespace, { name, pid: await firstNumber(started), process: started, reaper });
      await engine.#answers();
      return engine;
    } catch (error) {
      if (engine) await engine.close();
      else reaper.close();
      throw error;
    }
  }

  override procOf(pid: number): string {
    return `/proc/${this.#pid}/root/proc/${pid}`;
  }

  /** Nothing is asked of dockerd: whatever it would tidy up is going with it. */
  override close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // The engine rather than unshare, which is left to reap it, and ends when all of its PID namespace has.
    try {
      if (!this.#ended) process.kill(this.#pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
    await this.#process;
    const deadline = now() + END_DEADLINE;
    while (!removeCgroups(this.#name)) {
      if (now() > deadline) {
        const left = cgroupsNamed(this.#name).join(', ');
        throw new Error(`${left} are still there ${END_DEADLINE} ms after the engine's end`);
      }
      await sleep(INTERVAL);
    }
    this.#reaper.close();
  }

  async #answers(): Promise<void> {
    const deadline = now() + START_DEADLINE;
    for (;;) {
      const failure = await askEngine(this.socketPath, 'GET', '/_ping').then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (failure === undefined) return;
      if (this.#ended) throw await endedInstead(this.#process);
      if (now() > deadline) {
        throw new Error(`dockerd has not answered within ${START_DEADLINE} ms: ${failure}`);
      }
      await sleep(INTERVAL);
    }
  }
}

/** The line that {@link ENGINE_SCRIPT} begins with. */
async function firstNumber(subprocess: Subprocess): Promise<number> {
  for await (const line of createInterface({ input: subprocess.stdout })) return Number(line);
  throw await endedInstead(subprocess);
}

async function endedInstead(subprocess: Subprocess): Promise<Error> {
  const { stderr, shortMessage, exitCode } = await subprocess;
  const log = harmless(stderr.split('\n').slice(-LOG_LINES).join('\n'));
  return new Error(`dockerd has ended instead of answering (${shortMessage ?? `exit code ${exitCode}`}):\n${log}`);
}
