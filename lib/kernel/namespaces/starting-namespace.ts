import { once } from '../../base/once.ts';
import { NetNamespace } from './net-namespace.ts';

/** The environment variable in which the pool tells its workers who it is. */
export const POOL_PROCESS = 'HAIRPIN_POOL';

/** Whether this process is a worker of the pool, and so in namespaces of its own. */
export function isPoolWorker(): boolean {
  const pool = process.env[POOL_PROCESS];
  return pool !== undefined && Number(pool) === process.ppid;
}

/**
 * The network that the run was started from, where the machine's real NICs are. A worker of the pool is in one of its
 * own, and its parent, vitest's main process, in the one that is asked for. Anything else, such as a program that a spec
 * runs, inherits the pool's variable, but has another parent: it was started from where it is.
 */
export const startingNamespace = once(() =>
  isPoolWorker() ? NetNamespace.ofProcess(process.ppid) : NetNamespace.home(),
);
