import { expect, test, vi } from 'vitest';
import { tellReports } from '../../lib/cli/tell-reports.ts';
import { findReports } from '../../lib/machines/kernel-reports.ts';
import type { Ending, MachineRun } from '../../lib/machines/machine-run.ts';

const WARNING = '[    1.000000] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 x+0x1/0x2\n';
const MEMORY = '[    2.000000] Out of memory: Killed process 99 (node)\n';
const OOPS =
  '[    3.000000] BUG: unable to handle page fault\n[    3.100000] Kernel panic - not syncing: Fatal exception\n';

/** What is said of a run with such a console, and whether that fails it. */
function told(console: string, ending: Ending['kind'], failOnWarning?: boolean) {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const run = { ending: { kind: ending }, reports: findReports(console) } as MachineRun;
  const fails = tellReports('6.1', run, failOnWarning);
  const text = write.mock.calls.map(([line]) => line).join('');
  write.mockRestore();
  return { fails, text };
}

test('a warning is shown and fails nothing; with --fail-on-warning it fails the run, and its lines are shown', () => {
  const line =
    '6.1: kernel report (warning): WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 x+0x1/0x2\nNo test had begun\n';
  expect(told(WARNING, 'ended')).toEqual({ fails: false, text: line });
  expect(told(WARNING, 'ended', true)).toEqual({
    fails: true,
    text: `${line}\n  ${WARNING}\n6.1: --fail-on-warning fails this run, for what its kernel reported\n`,
  });
});

test('memory that ran out is told of, and fails no run', () => {
  expect(told(MEMORY, 'ended', true)).toMatchObject({ fails: false, text: expect.stringContaining('(memory)') });
});

test('a panic and its oops are the failure already; what came before them is told of', () => {
  expect(told(OOPS, 'panic', true)).toEqual({ fails: false, text: '' });
  expect(told(WARNING + OOPS, 'panic').text).toContain('(warning)');
  expect(told(OOPS.replace('Kernel panic', 'no panic'), 'ended', true).fails).toBe(true);
});
