import { statSync } from 'node:fs';
import { unlessGone } from '../programs/process-state.ts';

/**
 * The inode of the network namespace that a process or a thread is in. A zombie is in none.
 *
 * @param place in `/proc`: `4711`, or `self/task/4712`
 * @returns −1 when it has ended or is not ours to look at
 */
export function networkOf(place: number | string): number {
  return unlessGone(() => statSync(`/proc/${place}/ns/net`).ino, -1);
}
