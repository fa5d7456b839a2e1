import { closeSync, constants, openSync } from 'node:fs';
import { now, sleep } from '../kernel/clock.ts';
import { LOCK_EX, LOCK_NB } from '../kernel/constants.ts';
import { errnoName, flock, lastErrno } from '../kernel/libc.ts';

/**
 * Locks a folder, by the folder itself, so that no file of a lock stays behind. The kernel lets go of it with the process,
 * whatever ends that (flock(2)).
 *
 * @returns undefined when another process has it
 */
export function lockFolder(folder: string): Disposable | undefined {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  const errno = flock(fd, LOCK_EX | LOCK_NB) === 0 ? 0 : lastErrno();
  // A file system without locks has nothing to say.
  if (errnoName(errno) !== 'EAGAIN') return { [Symbol.dispose]: () => closeSync(fd) };
  closeSync(fd);
  return undefined;
}

/**
 * The same, when the other process is done with it.
 *
 * @throws Error when it has kept the folder for so many milliseconds
 */
export async function waitForFolder(folder: string, within: number): Promise<Disposable> {
  const started = now();
  for (;;) {
    const lock = lockFolder(folder);
    if (lock) return lock;
    if (now() - started > within) throw new Error(`another process has kept ${folder} locked for ${within} ms`);
    await sleep(10);
  }
}
