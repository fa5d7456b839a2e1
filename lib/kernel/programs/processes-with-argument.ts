import { allProcesses, argumentsOf } from './process-state.ts';

/**
 * The processes, other than this one, that were started with an argument in which the text stands. A name that no other
 * process has is surer than a number, which the kernel gives out anew.
 */
export function processesWithArgument(text: string): number[] {
  return allProcesses().filter((pid) => pid !== process.pid && argumentsOf(pid).includes(text));
}
