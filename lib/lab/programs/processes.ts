import { readdirSync, readlinkSync } from 'node:fs';
import { networkOf } from '../../kernel/namespaces/network-of.ts';
import { allProcesses, unlessGone } from '../../kernel/programs/process-state.ts';

/** Whether a process lives in one of the namespaces, or a thread of this one that somebody took there. */
export function somebodyLivesIn(inodes: ReadonlySet<number>): boolean {
  return ownThreadsIn(inodes).length > 0 || processesIn(inodes).length > 0;
}

/** The threads of this process that somebody took into one of the namespaces: each is a folder of `/proc`. */
export function ownThreadsIn(inodes: ReadonlySet<number>): string[] {
  return readdirSync('/proc/self/task')
    .filter((thread) => inodes.has(networkOf(`self/task/${thread}`)))
    .map((thread) => `/proc/self/task/${thread}`);
}

/** The processes inside the namespaces, but for this one. */
export function processesIn(inodes: ReadonlySet<number>): number[] {
  return allProcesses().filter((pid) => pid !== process.pid && inodes.has(networkOf(pid)));
}

/** Whether a process has one of these files open, this one too. */
export function isHeldByProcess(files: ReadonlySet<string>): boolean {
  return files.size > 0 && allProcesses().some((pid) => holds(pid, files));
}

/** The processes that have one of these files open, but for this one: `socket:[4711]`, as `/proc/PID/fd` names it. */
export function holdersOf(files: ReadonlySet<string>): number[] {
  if (files.size === 0) return [];
  return allProcesses().filter((pid) => pid !== process.pid && holds(pid, files));
}

function holds(pid: number, files: ReadonlySet<string>): boolean {
  return descriptorsOf(pid).some((descriptor) => files.has(descriptor));
}

function descriptorsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return unlessGone(() => readdirSync(folder), []).flatMap((fd) =>
    unlessGone(() => [readlinkSync(`${folder}/${fd}`)], []),
  );
}
