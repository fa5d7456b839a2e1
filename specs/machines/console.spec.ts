import { expect, test } from 'vitest';
import { findTrouble, lastLines, tellingLines } from '../../lib/machines/console.ts';

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
