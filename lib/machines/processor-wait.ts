import { readdirSync, readFileSync } from 'node:fs';
import type { GuestClock } from './guest-clock.ts';

/** A shorter wait is not worth another timer, in milliseconds. */
const LITTLE = 10;

/**
 * Calls back when a guest has had so many milliseconds. Time that it waits for a processor does not count: on a machine with twenty
 * busy programs for each processor, a healthy kernel takes minutes to boot.
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
 * How many milliseconds a program was ready to run and had no processor. Of its threads, the one that has waited longest counts
 * (`run_delay` in `/proc/<pid>/task/<tid>/schedstat`). 0 for a program that has ended, and on a kernel without CONFIG_SCHED_INFO.
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
