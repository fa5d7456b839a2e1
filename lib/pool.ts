import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { resolve } from 'node:path';
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node';
import { errorMessage } from './base/error-message.ts';
import { hasCode } from './base/has-code.ts';
import { ownNamespacesCommand } from './kernel/namespaces/own-namespaces.ts';
import { POOL_PROCESS } from './kernel/namespaces/starting-namespace.ts';
import { whyNoNamespaces } from './kernel/namespaces/why-no-namespaces.ts';
import { openDebuggerPort } from './shell/debugger-port.ts';

/** How long a worker may take to end after SIGTERM, in milliseconds. */
const KILL_AFTER = 1000;

/**
 * The space for new objects, in MiB. V8 lets it grow to 32, and has it twice: a third of a worker's memory, which saves a suite of
 * networks no time. An `execArgv` of the config stands behind it, and counts.
 */
const SMALL_HEAP = '--max-semi-space-size=8';

/** What the pool is called in vitest's config. */
export const POOL = 'hairpin';

/**
 * vitest's forks pool, with each worker in namespaces of its own: when not root, in a user namespace in which it is;
 * always in a network and a mount namespace. So plain `npx vitest` works for an ordinary user, and as root the host's
 * own network is never the one that a spec touches.
 */
export function namespacedForks(): PoolRunnerInitializer {
  return { name: POOL, createPoolWorker: (options) => new NamespacedWorker(options) };
}

/**
 * Tries whether the pool's workers can have namespaces of their own on this machine.
 *
 * @throws Error that says why not, and what to do about it
 */
export function checkNamespaces(): void {
  const reason = whyNoNamespaces();
  if (reason === undefined) return;
  const error = new Error(noNamespaces(reason));
  // vitest prints it with its stack, and every frame there is of vitest, vite or hairpin.
  error.stack = `Error: ${error.message}`;
  throw error;
}

function noNamespaces(reason: string): string {
  return `hairpin's pool cannot give its workers their own namespaces: ${reason}`;
}

class NamespacedWorker implements PoolWorker {
  readonly name = POOL;
  readonly cacheFs = true;
  readonly #options: PoolOptions;
  /** vitest listens to `message`, `error` and `exit`. */
  readonly #events = new EventEmitter();
  #child: ChildProcess | undefined;
  #debuggerPort: Disposable | undefined;
  /** Whether the worker itself has been started, behind what puts it into its namespaces. */
  #hasSpoken = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** @throws Error when there is no such process now */
  async start(): Promise<void> {
    if (this.#child) return;
    const { distPath, env, execArgv, project } = this.#options;
    const [execPath, ...wrapper] = [...ownNamespacesCommand(), process.execPath];
    // fork() puts execArgv before the script, so the wrapper's arguments, node and node's own go there.
    const child = fork(resolve(distPath, 'workers/forks.js'), [], {
      execPath: execPath as string,
      execArgv: [...wrapper, SMALL_HEAP, ...execArgv],
      env: { ...env, [POOL_PROCESS]: String(process.pid) },
      stdio: 'pipe',
      serialization: 'advanced',
    });
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new Error(`a worker cannot be started: ${errorMessage(error)}`, {
        cause: error,
      });
    }
    this.#child = child;
    child.on('message', (message) => this.#tell(message));
    child.on('error', (error) => this.#tellError(error));
    child.on('exit', (code, signal) => this.#tellExit(code, signal));
    const { outputStream, errorStream } = project.vitest.logger;
    child.stdout?.pipe(outputStream, { end: false });
    child.stderr?.pipe(errorStream, { end: false });
    const { inspector } = project.config;
    if (!inspector.enabled || child.pid === undefined) return;
    try {
      this.#debuggerPort = await openDebuggerPort(inspector, child.pid);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#debuggerPort?.[Symbol.dispose]();
    if (child.exitCode === null && child.signalCode === null) {
      const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER);
      const ended = new Promise((done) => child.once('exit', done));
      child.kill();
      await ended;
      clearTimeout(timer);
    }
    this.#child = undefined;
  }

  on(event: string, callback: (arg: unknown) => void): void {
    this.#events.on(event, callback);
  }

  off(event: string, callback: (arg: unknown) => void): void {
    this.#events.off(event, callback);
  }

  send(message: WorkerRequest): void {
    if (!this.#child) throw new Error('the worker has been stopped, or was never started');
    this.#child.send(message);
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  #tell(message: unknown): void {
    this.#hasSpoken = true;
    this.#events.emit('message', message);
  }

  #tellError(error: Error): void {
    // It has ended, or is about to: its end says more than that it could not be written to.
    if (hasCode(error, 'EPIPE', 'ECONNRESET', 'ERR_IPC_CHANNEL_CLOSED')) this.#child?.kill('SIGKILL');
    else if (this.#events.listenerCount('error') > 0) this.#events.emit('error', error);
  }

  #tellExit(code: number | null, signal: NodeJS.Signals | null): void {
    const reason = this.#hasSpoken || !code ? undefined : whyNotNow();
    if (reason === undefined) this.#events.emit('exit', code, signal);
    else if (this.#events.listenerCount('error') > 0) this.#events.emit('error', new Error(noNamespaces(reason)));
  }
}

/** What was possible at the start of the run need not be any more, as where a limit is reached. */
function whyNotNow(): string | undefined {
  try {
    return whyNoNamespaces() || undefined;
  } catch {
    return undefined;
  }
}
