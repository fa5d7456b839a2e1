import type { ContainerRuntimeClient } from 'testcontainers';
import { hasCode } from '../base/has-code.ts';
import { MovablePath } from '../kernel/namespaces/movable-path.ts';
import { UsageError } from '../lab/index.ts';
import type { DockerEngine } from './docker-engine.ts';

/** The package, and its client of an engine. */
export interface Testcontainers {
  testcontainers: typeof import('testcontainers');
  client: ContainerRuntimeClient;
}

/** testcontainers knows one engine a process, the first (`getContainerRuntimeClient`): whose turn it is. */
let turn: DockerEngine | undefined;
/** The socket that it knows that one by. */
let socket: MovablePath | undefined;
let before: Record<string, string | undefined> = {};

/**
 * Loads testcontainers and points it to an engine, until {@link leave}. A spec's own use of it, its modules and its
 * command line's go to that engine, too.
 *
 * @throws UsageError when the package is not installed, or another lab's engine has it
 */
export async function useTestcontainers(engine: DockerEngine): Promise<Testcontainers> {
  const testcontainers = await loadTestcontainers();
  if (turn !== undefined && turn !== engine) {
    throw new UsageError(
      'lab.container: testcontainers works with one engine at a time, and another lab of this process has its own: ' +
        'tests with containers cannot be test.concurrent, unless DOCKER_HOST names an engine for all of them',
    );
  }
  if (turn === undefined) {
    socket ??= new MovablePath(engine.socketPath);
    socket.pointTo(engine.socketPath);
    turn = engine;
    // Ryuk would be an image to pull; what it is for, hairpin's reaper does.
    before = setEnvironment({ DOCKER_HOST: `unix://${socket.path}`, TESTCONTAINERS_RYUK_DISABLED: 'true' });
  }
  return { testcontainers, client: await testcontainers.getContainerRuntimeClient() };
}

/** `DOCKER_HOST` as the user has it, also in the turn of an engine. */
export function dockerHost(): string | undefined {
  return turn ? before['DOCKER_HOST'] : process.env['DOCKER_HOST'];
}

/** Lets another engine have testcontainers. */
export function leave(engine: DockerEngine): void {
  if (turn !== engine) return;
  turn = undefined;
  // A descriptor would keep the engine's files in memory.
  socket?.pointTo('/');
  setEnvironment(before);
}

function setEnvironment(values: Record<string, string | undefined>): Record<string, string | undefined> {
  const old: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(values)) {
    old[name] = process.env[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return old;
}

/** @throws UsageError when the package is not installed */
export async function loadTestcontainers(): Promise<typeof import('testcontainers')> {
  try {
    return await import('testcontainers');
  } catch (error) {
    if (!hasCode(error, 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new UsageError(
      'lab.container: the package testcontainers is not installed: npm install --save-dev testcontainers@12',
    );
  }
}
