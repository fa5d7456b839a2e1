import { closeSync, constants, openSync } from 'node:fs';
import { relative } from 'node:path';
import { errnoName, flock, lastErrno } from '../kernel/libc.ts';
import { resultsFolder } from '../report/results.ts';
import { makeFolder } from '../report/write-file.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Keeps other runs on kernels away from a project's results, which each begins by clearing. The kernel lets go of it with
 * the process, whatever ends that (flock(2)).
 *
 * @throws Error when another run is under way
 */
export function lockResults(root: string): Disposable {
  const folder = resultsFolder(root);
  makeFolder(folder);
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const errno = flock(fd, LOCK_EX | LOCK_NB) === 0 ? 0 : lastErrno();
  // A file system without locks has nothing to say.
  if (errnoName(errno) !== 'EAGAIN') return { [Symbol.dispose]: () => closeSync(fd) };
  closeSync(fd);
  throw new Error(
    `another run on kernels is under way in this project, and uses ${relative(root, folder)}/: wait for its end, name all ` +
      'kernels in one run (--kernel A --kernel B), or take another checkout',
  );
}
