import { closeSync, openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { ResourceStack } from '../../base/resource-stack.ts';
import { checked } from '../checked.ts';
import { O_CLOEXEC } from '../constants.ts';
import { close, closeInBackground, dup3, fcntl } from '../libc.ts';

// asm-generic/fcntl.h; the numbers are the same on x64 and arm64.
const F_DUPFD_CLOEXEC = 1030;

/**
 * Has a descriptor closed with the worker thread that it is of, which may be ended at any moment (`terminate`) while the
 * process goes on: vitest's pool `threads`. Node does so with what it has opened itself (`trackUnmanagedFds`), so the
 * descriptor takes the place of such a one.
 *
 * @returns the descriptor from now on, to be closed by {@link closeOfThread}
 */
export function ofThread(fd: number): number {
  if (isMainThread) return fd;
  using resources = new ResourceStack();
  try {
    const place = openSync('/dev/null', 'r');
    resources.defer(() => closeSync(place));
    checked('dup3', dup3(fd, place, O_CLOEXEC));
    resources.move();
    return place;
  } finally {
    close(fd);
  }
}

/** @param slowly its release waits in the kernel: on another thread, then */
export function closeOfThread(fd: number, { slowly = false } = {}): void {
  if (slowly) closeInBackground(fd, isMainThread ? undefined : handOver);
  else if (isMainThread) close(fd);
  // Node is to forget it: at the end of the thread the number may be another thread's.
  else closeSync(fd);
}

/**
 * A descriptor that Node does not know of, in the place of one that it does. Not before it is closed: the thread may end.
 *
 * @returns undefined when there is no other to be had (`EMFILE`): this one is closed at once, then
 */
function handOver(fd: number): number | undefined {
  const other = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  closeSync(fd);
  return other < 0 ? undefined : other;
}
