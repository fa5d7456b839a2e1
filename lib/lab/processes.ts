import { readdirSync, statSync } from 'node:fs';
import { after, now } from '../kernel/clock.ts';
import { hasCode } from '../kernel/has-code.ts';

/**
 * Kills every process inside the namespaces, daemons that left their parent too, and waits until all are gone.
 *
 * @param inodes the namespaces, by {@link NetNamespace.inode}
 * @param makeRoom called when this process has no descriptor left, of which it takes one
 * @throws Error naming the processes that are still there after the deadline
 */
export async function endProcessesIn(
  inodes: ReadonlySet<number>,
  deadlineMilliseconds: number,
  makeRoom: () => void,
): Promise<void> {
  const deadline = now() + deadlineMilliseconds;
  for (;;) {
    try {
      const left = processesIn(inodes);
      if (left.length === 0) return;
      if (now() > deadline) {
        throw new Error(`processes ${left.join(', ')} are still in the lab ${deadlineMilliseconds} ms after SIGKILL`);
      }
      for (const pid of left) kill(pid);
    } catch (error) {
      if (!isLackOfDescriptors(error) || now() > deadline) throw error;
      makeRoom();
    }
    await new Promise<void>((resolve) => after(1, resolve));
  }
}

/** Whether a process lives in one of the namespaces, or a thread of this one that somebody took there. */
export function somebodyLivesIn(inodes: ReadonlySet<number>): boolean {
  const threads = readdirSync('/proc/self/task').map((thread) => `self/task/${thread}`);
  return threads.some((thread) => inodes.has(networkOf(thread))) || processesIn(inodes).length > 0;
}

/** This process's, or the machine's. */
function isLackOfDescriptors(error: unknown): boolean {
  return hasCode(error, 'EMFILE', 'ENFILE');
}

/** The processes inside the namespaces, but for this one. */
export function processesIn(inodes: ReadonlySet<number>): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && inodes.has(networkOf(String(pid))));
}

/** The inode of a process's network namespace; −1 when it has ended or is not ours to look at. A zombie has none. */
function networkOf(process: string): number {
  try {
    return statSync(`/proc/${process}/ns/net`).ino;
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) throw error;
    return -1;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // Gone by itself meanwhile, or not ours to kill: then it is named when the time is over.
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}
