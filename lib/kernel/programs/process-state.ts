import { readdirSync, readFileSync } from 'node:fs';
import { ifReadable, unlessCode } from '../../base/has-code.ts';

/** The numbers of all processes, in ascending order, as the kernel gives them out. */
export function allProcesses(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

/** The state of a process as `/proc/PID/stat` has it: `R`, `S`, `T` for stopped, `Z` for ended; undefined when it is gone. */
export function stateOfProcess(pid: number): string | undefined {
  return statOf(pid)?.[0];
}

/** No zombie, which nobody can end; but one whose other threads live on is none. */
export function isAlive(pid: number): boolean {
  const fields = statOf(pid);
  // 17 further on is num_threads.
  return fields !== undefined && (!['Z', 'X'].includes(fields[0] as string) || Number(fields[17]) > 1);
}

/** Sends a signal to a process, which may be gone by itself meanwhile. */
export function signalProcess(pid: number, name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  unlessCode(['ESRCH', 'EPERM'], () => process.kill(pid, name));
}

/** The command line of a process, with a NUL behind each argument; empty for a zombie, and as {@link unlessGone} has it. */
export function argumentsOf(pid: number): string {
  return unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '');
}

/** Reads something of a process. It may have ended meanwhile, and another user's is not ours to look at: then the other value. */
export function unlessGone<T>(read: () => T, otherwise: T): T {
  return unlessCode(['ENOENT', 'ESRCH', 'EACCES', 'EPERM'], read, otherwise);
}

/** proc_pid_stat(5), from the state on: the name before it may have spaces and brackets. */
function statOf(pid: number): string[] | undefined {
  return ifReadable(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  });
}
