import { readdirSync, statSync } from 'node:fs';
import { after, now } from '../kernel/clock.ts';

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
  return ownThreadsIn(inodes).length > 0 || processesIn(inodes).length > 0;
}

/** The threads of this process that somebody took into one of the namespaces: each is a folder of `/proc`. */
export function ownThreadsIn(inodes: ReadonlySet<number>): string[] {
  return readdirSync('/proc/self/task')
    .map((thread) => `/proc/self/task/${thread}`)
    .filter((thread) => inodes.has(networkOf(thread)));
}

/** This process's, or the machine's. */
function isLackOfDescriptors(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

/** The processes inside the namespaces, but for this one. */
export function processesIn(inodes: ReadonlySet<number>): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && inodes.has(networkOf(`/proc/${pid}`)));
}

/**
 * The inode of a network namespace; −1 when its process has ended, or is not ours to look at. A zombie has none.
 *
 * @param folder of a process or a thread in `/proc`
 */
function networkOf(folder: string): number {
  try {
    return statSync(`${folder}/ns/net`).ino;
  } catch {
    return -1;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
}
