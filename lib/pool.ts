import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { PoolOptions, PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node';
import { ownNamespacesCommand } from './kernel/own-namespaces.ts';
import { POOL_PROCESS } from './kernel/starting-namespace.ts';

/** How long a worker may take to end after SIGTERM, in milliseconds. */
const KILL_AFTER = 1000;

/**
 * vitest's forks pool, with each worker in namespaces of its own: when not root, in a user namespace in which it is;
 * always in a network and a mount namespace. So plain `npx vitest` works for an ordinary user, and as root the host's
 * own network is never the one that a spec touches.
 */
export function namespacedForks(): PoolRunnerInitializer {
  return { name: 'hairpin', createPoolWorker: (options) => new NamespacedWorker(options) };
}

class NamespacedWorker implements PoolWorker {
  readonly name = 'hairpin';
  readonly cacheFs = true;
  readonly #options: PoolOptions;
  #child: ChildProcess | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#child) return;
    const { distPath, env, execArgv, project } = this.#options;
    const [execPath, ...wrapper] = [...ownNamespacesCommand(), process.execPath];
    // fork() puts execArgv before the script, so the wrapper's arguments, node and node's own go there.
    const child = fork(resolve(distPath, 'workers/forks.js'), [], {
      execPath: execPath as string,
      execArgv: [...wrapper, ...execArgv],
      env: { ...env, [POOL_PROCESS]: String(process.pid) },
      stdio: 'pipe',
      serialization: 'advanced',
    });
    this.#child = child;
    const { outputStream, errorStream } = project.vitest.logger;
    child.stdout?.pipe(outputStream, { end: false });
    child.stderr?.pipe(errorStream, { end: false });
  }

  async stop(): Promise<void> {
    const child = this.#running();
    const ended = new Promise<void>((done) => {
      if (child.exitCode !== null || child.signalCode !== null) done();
      else child.once('exit', () => done());
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER);
    child.kill();
    await ended;
    clearTimeout(timer);
    this.#child = undefined;
  }

  on(event: string, callback: (arg: unknown) => void): void {
    this.#running().on(event, callback);
  }

  off(event: string, callback: (arg: unknown) => void): void {
    this.#running().off(event, callback);
  }

  send(message: WorkerRequest): void {
    this.#running().send(message);
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  #running(): ChildProcess {
    if (!this.#child) throw new Error('the worker has been stopped, or was never started');
    return this.#child;
  }
}
