import { expect, test } from 'vitest';
import { findTrouble, lastLines, tellingLines } from '../../lib/machines/console.ts';
import { describeEnding } from '../../lib/machines/describe-run.ts';
import { beginLine, endLine } from '../../lib/report/running-tests.ts';

// Consoles of Debian's 6.1 and 6.12.
test.for([
  [
    'panic',
    '[    0.885952] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
    'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)',
  ],
  [
    'oops',
    '[    9.1] BUG: kernel NULL pointer dereference, address: 0000000000000010\r\n[    9.1] Oops: 0000 [#1] PREEMPT SMP',
    'BUG: kernel NULL pointer dereference, address: 0000000000000010',
  ],
  ['oops', '[    9.1] kernel BUG at net/core/dev.c:1!', 'kernel BUG at net/core/dev.c:1!'],
  [
    'stall',
    '[   44.0] watchdog: BUG: soft lockup - CPU#1 stuck for 26s!',
    'watchdog: BUG: soft lockup - CPU#1 stuck for 26s!',
  ],
  [
    'stall',
    '[   44.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
    'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:',
  ],
  ['memory', '[   44.0] Out of memory: Killed process 99 (node)', 'Out of memory: Killed process 99 (node)'],
  [
    'warning',
    '[    3.0] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 x+0x1/0x2',
    'WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 x+0x1/0x2',
  ],
] as const)('%s: %s', ([kind, console, line]) => {
  expect(findTrouble(`[    0.0] Linux version 6.1\n${console}\n[    9.9] ok\n`)).toEqual({ kind, line });
});

test('a panic is worse than the oops before it', () => {
  const console = '[ 1.0] Oops: 0002 [#1] SMP\n[ 1.1] Kernel panic - not syncing: Fatal exception in interrupt\n';
  expect(findTrouble(console)?.kind).toBe('panic');
});

test('a good boot has no trouble', () => {
  expect(findTrouble('[ 0.0] Linux version 6.1\n[ 1.1] Run /init as init process\n[ 1.2] clocksource: panic=-1')).toBe(
    undefined,
  );
});

test('the last lines come without what is for terminals', () => {
  expect(lastLines('\u001Bc\u001B[2Ja\r\n\r\nb\r\nc\r\n', 2)).toEqual(['b', 'c']);
});

test('a panic is quoted from its beginning, a silent end by its last lines', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `[ ${index}.0] line ${index}`);
  expect(tellingLines(lines.join('\n'))).toEqual(lines.slice(80));
  const oops = '[ 50.0] Oops: 0002 [#1] SMP';
  expect(tellingLines(lines.with(50, oops).join('\n'))).toEqual(lines.with(50, oops).slice(47, 90));
});

/** As the kernel prints it: with its time, and a carriage return. */
const printed = (line: string) => `[   12.345678] ${line.trim()}\r\n`;
const PANIC = { kind: 'panic', line: 'Kernel panic - not syncing: x' } as const;

test('a panic names the test that was running', () => {
  const console = [beginLine('9.0', 'a.test.ts > ends'), endLine('9.0'), beginLine('9.1', 'a.test.ts > runs')];
  expect(describeEnding({ ending: PANIC, console: console.map(printed).join('') })).toBe(
    'the kernel panicked: Kernel panic - not syncing: x\nThe test that was running: a.test.ts > runs',
  );
});

test('a time-out names all tests that were running, of several files', () => {
  const console = [beginLine('9.0', 'a.test.ts > one'), beginLine('10.0', 'b.test.ts > other')];
  const ending = { kind: 'time-out', milliseconds: 5000 } as const;
  expect(describeEnding({ ending, console: console.map(printed).join('') })).toBe(
    'it had not ended after 5 s\nThe tests that were running:\n  a.test.ts > one\n  b.test.ts > other',
  );
});

test('between tests the last is named; without any, none', () => {
  const console = [beginLine('9.0', 'a.test.ts > ends'), endLine('9.0')].map(printed).join('');
  expect(describeEnding({ ending: PANIC, console })).toContain(
    '\nNo test was running; the last before that was a.test.ts > ends',
  );
  expect(describeEnding({ ending: PANIC, console: '' })).toBe('the kernel panicked: Kernel panic - not syncing: x');
});

test('a name is one line of the log, however long, and whatever is in it', () => {
  expect(beginLine('9.0', 'a.test.ts > \u001b[2J\nb')).toBe('hairpin: begins 9.0: a.test.ts > ␛[2J b\n');
  expect(beginLine('9.0', 'x'.repeat(2000)).length).toBeLessThan(500);
});
