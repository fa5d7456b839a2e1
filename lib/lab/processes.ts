import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
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
        const who = left.map(describeProcess).join(', ');
        throw new Error(`still in the lab ${deadlineMilliseconds} ms after SIGKILL: ${who}`);
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
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

/** The processes inside the namespaces, but for this one. */
export function processesIn(inodes: ReadonlySet<number>): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && inodes.has(networkOf(String(pid))));
}

/** The processes that have one of these files open, but for this one: `socket:[4711]`, as `/proc/PID/fd` names it. */
export function holdersOf(files: ReadonlySet<string>): number[] {
  if (files.size === 0) return [];
  const holds = (pid: number) => descriptorsOf(pid).some((descriptor) => files.has(descriptor));
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && holds(pid));
}

function descriptorsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return unlessGone(() => readdirSync(folder), []).flatMap((fd) =>
    unlessGone(() => [readlinkSync(`${folder}/${fd}`)], []),
  );
}

/** `process 4711 (sleep 1000)`. */
export function describeProcess(pid: number): string {
  const words = unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '');
  const command = words.replaceAll('\0', ' ').trim();
  return `process ${pid}${command && ` (${command.length > 80 ? `${command.slice(0, 79)}…` : command})`}`;
}

/** A process may end at any time, and another user's is not ours to look at. */
function unlessGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** The inode of a process's network namespace; −1 when it has ended or is not ours to look at. A zombie has none. */
function networkOf(process: string): number {
  return unlessGone(() => statSync(`/proc/${process}/ns/net`).ino, -1);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
}
