import { expect, test } from 'vitest';
import { eachLine, lastLines, tellingLines } from '../../lib/machines/console.ts';
import { describeEnding } from '../../lib/machines/describe-run.ts';
import { findReports } from '../../lib/machines/kernel-reports.ts';
import { beginLine, endLine } from '../../lib/report/runs/running-tests.ts';

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
    'oops',
    '[    9.1] general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1] PREEMPT SMP',
    'general protection fault, probably for non-canonical address 0xdead000000000108: 0000 [#1] PREEMPT SMP',
  ],
  ['oops', '[    9.1][  T116] divide error: 0000 [#1] PREEMPT SMP PTI', 'divide error: 0000 [#1] PREEMPT SMP PTI'],
  ['oops', '[    9.1] Oops: divide error: 0000 [#1] SMP', 'Oops: divide error: 0000 [#1] SMP'],
  ['memory', '[   44.0] Out of memory: Killed process 99 (node)', 'Out of memory: Killed process 99 (node)'],
] as const)('%s: %s', ([kind, console, line]) => {
  expect(findReports(`[    0.0] Linux version 6.1\n${console}\n[    9.9] ok\n`)).toMatchObject([{ kind, line }]);
});

test('an oops and the panic that it ends in are two, and the end of the panic is none', () => {
  const panic = 'Kernel panic - not syncing: Fatal exception in interrupt';
  const console = `[ 1.0] Oops: 0002 [#1] SMP\n[ 1.1] ${panic}\n[ 1.2] ---[ end ${panic} ]---\n`;
  expect(findReports(console)).toMatchObject([{ kind: 'oops' }, { kind: 'panic', line: panic }]);
});

test.for([
  'traps: node[9] general protection fault ip:55d0 sp:7ffc error:0 in node[55d0+1000]',
  'node[9]: segfault at 0 ip 000055d0 sp 00007ffc error 4 in node[55d0+1000]',
  beginLine('9.0', 'a.test.ts > Kernel panic - not syncing: x'),
  beginLine('9.0', 'a.test.ts > Oops: 0002 [#1] SMP'),
])('a program that fails and the name of a test are none of the kernel’s: %s', (line) => {
  expect(findReports(`[    9.1] ${line}\n`)).toEqual([]);
  const after = Array.from({ length: 30 }, (_, index) => `[ 10.${index}] line ${index}`);
  expect(tellingLines([`[    9.1] ${line.trim()}`, ...after].join('\n'))).toEqual(after.slice(10));
});

test('lines are whole that come in pieces', () => {
  const seen: string[] = [];
  const read = eachLine((line) => seen.push(line));
  for (const text of ['[ 1.0] Kernel pa', 'nic - not', ' syncing: x\r\n[ 1.1] ---[ end', ' Kernel panic']) read(text);
  expect(seen).toEqual(['[ 1.0] Kernel panic - not syncing: x']);
});

test('a good boot has no trouble', () => {
  expect(findReports('[ 0.0] Linux version 6.1\n[ 1.1] Run /init as init process\n[ 1.2] panic=-1')).toEqual([]);
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
