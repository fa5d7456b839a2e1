import { statSync } from 'node:fs';
import { hasCode } from './has-code.ts';

/**
 * The inode of the network namespace that a process or a thread is in. A zombie is in none.
 *
 * @param place in `/proc`: `4711`, or `self/task/4712`
 * @returns −1 when it has ended or is not ours to look at
 */
export function networkOf(place: number | string): number {
  try {
    return statSync(`/proc/${place}/ns/net`).ino;
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) throw error;
    return -1;
  }
}
