import { readdirSync, readFileSync } from 'node:fs';
import type { GuestClock } from './guest-clock.ts';

/** It is not worth another timer, in milliseconds. */
const LITTLE = 10;

/**
 * Calls back when a guest has had so many milliseconds. Those for which it waited for a processor do not count: on a machine that is
 * busy twenty times over, a kernel takes minutes to boot, and is in order.
 *
 * @param waited {@link processorWait} of the guest's program
 */
export function afterRunning(
  clock: GuestClock,
  milliseconds: number,
  waited: () => number,
  callback: () => void,
): void {
  let counted = 0;
  const look = () => {
    const more = waited() - counted;
    if (more < LITTLE) return callback();
    counted += more;
    clock.after(more, look);
  };
  clock.after(milliseconds, look);
}

/**
 * For how many milliseconds a program has been ready to run and had no processor: of its threads, the one that has waited longest
 * (`run_delay` in `/proc/<pid>/task/<tid>/schedstat`). 0 of a program that has ended, and on a kernel without CONFIG_SCHED_INFO.
 */
export function processorWait(pid: number | undefined): number {
  const tasks = `/proc/${pid}/task`;
  try {
    const waits = readdirSync(tasks).map((tid) =>
      Number(readFileSync(`${tasks}/${tid}/schedstat`, 'utf8').split(' ')[1]),
    );
    return Math.max(0, ...waits) / 1e6;
  } catch {
    return 0;
  }
}
