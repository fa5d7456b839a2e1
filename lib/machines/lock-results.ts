import { relative } from 'node:path';
import { lockFolder } from '../report/lock-folder.ts';
import { resultsFolder } from '../report/results.ts';
import { makeFolder } from '../report/write-file.ts';

/**
 * Keeps other runs on kernels away from a project's results, which each begins by clearing.
 *
 * @throws Error when another run is under way
 */
export function lockResults(root: string): Disposable {
  const folder = resultsFolder(root);
  makeFolder(folder);
  const lock = lockFolder(folder);
  if (lock) return lock;
  throw new Error(
    `another run on kernels is under way in this project, and uses ${relative(root, folder)}/: wait for its end, name all ` +
      'kernels in one run (--kernel A --kernel B), or take another checkout',
  );
}
