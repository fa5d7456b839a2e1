import { NetNamespace } from './net-namespace.ts';

/** The environment variable in which the pool tells its workers who it is. */
export const POOL_PROCESS = 'HAIRPIN_POOL';

let starting: NetNamespace | undefined;

/**
 * The network that the run was started from, where the machine's real NICs are. A worker of the pool is in one of its
 * own, and its parent, vitest's main process, in the one that is asked for. Anything else, such as a program that a spec
 * runs, inherits the pool's variable, but has another parent: it was started from where it is.
 */
export function startingNamespace(): NetNamespace {
  const pool = process.env[POOL_PROCESS];
  const isWorker = pool !== undefined && Number(pool) === process.ppid;
  starting ??= isWorker ? NetNamespace.ofProcess(process.ppid) : NetNamespace.home();
  return starting;
}
