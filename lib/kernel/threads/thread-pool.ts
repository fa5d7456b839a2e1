import { stat } from 'node:fs';
import { availableParallelism } from 'node:os';
import { once } from '../../base/once.ts';

/**
 * Starts every thread of libuv's pool. `uv__threadpool` starts them all at the first piece of work that is
 * queued, on the queueing thread; a thread inherits its creator's namespaces. One cheap `stat` therefore pins them all
 * to the namespace that the process started in.
 */
export const warmThreadPool = once(() => {
  for (let thread = 0; thread < availableParallelism(); thread++) stat('/', () => {});
});
