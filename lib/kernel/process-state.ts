import { readFileSync } from 'node:fs';
import { hasCode } from './has-code.ts';

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
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

/** proc_pid_stat(5), from the state on: the name before it may have spaces and brackets. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (hasCode(error, 'EMFILE', 'ENFILE')) throw error;
    return undefined;
  }
}
