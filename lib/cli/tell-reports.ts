import { describeReports } from '../machines/describe-reports.ts';
import type { MachineRun } from '../machines/machine-run.ts';
import { say } from './print.ts';

/**
 * Says what a kernel reported of itself beside a panic, which is the run's failure already.
 *
 * @returns whether that fails the run: so it is asked for, and there is more than memory that ran out
 */
export function tellReports(name: string, { ending, reports }: MachineRun, failOnWarning = false): boolean {
  // An oops is what panics.
  const told = reports.filter(({ kind }) => kind !== 'panic' && !(kind === 'oops' && ending.kind === 'panic'));
  for (const block of describeReports(told, failOnWarning)) say(`${name}: ${block}${failOnWarning ? '\n' : ''}`);
  const fails = failOnWarning && told.some(({ kind }) => kind !== 'memory');
  if (fails) say(`${name}: --fail-on-warning fails this run, for what its kernel reported`);
  return fails;
}
