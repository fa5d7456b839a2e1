import { readdirSync, readFileSync } from 'node:fs';
import { hasCode } from './has-code.ts';

/**
 * The processes, other than this one, that were started with an argument in which the text stands. A name that no other
 * process has is surer than a number, which the kernel gives out anew.
 */
export function processesWithArgument(text: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && argumentsOf(pid).includes(text));
}

/** Empty for a zombie, for what has ended meanwhile, and for what is not ours to look at. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) throw error;
    return '';
  }
}
