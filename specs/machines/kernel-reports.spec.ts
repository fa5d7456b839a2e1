import { describe, expect, test } from 'vitest';
import { describeReports } from '../../lib/machines/describe-reports.ts';
import { findReports } from '../../lib/machines/kernel-reports.ts';
import { beginLine, endLine } from '../../lib/report/runs/running-tests.ts';
import { REPORTS } from './report-texts.ts';

/** As a serial console has it: each line with its time, and a carriage return. */
function printed(text: string, caller = ''): string {
  return text
    .split('\n')
    .map((line, index) => `[   12.${String(345_678 + index)}]${caller} ${line}\r\n`)
    .join('');
}

describe.for(Object.entries(REPORTS))('%s', ([name, [line, text]]) => {
  const kind = name.split(/:| of | with | until /)[0];
  const BEFORE = printed('device eth0 entered promiscuous mode');
  const AFTER = printed('Disabling lock debugging due to kernel taint\nnothing of it');

  test('is found with its own lines, neither one less nor one more', () => {
    const [report, ...more] = findReports(BEFORE + printed(text) + AFTER);
    expect(more).toEqual([]);
    expect(report).toMatchObject({ kind, line, times: 1 });
    expect(report?.lines).toEqual(printed(text).replaceAll('\r', '').trimEnd().split('\n'));
  });

  test('is found where each line names its process, and behind what a program has printed', () => {
    const console = `${BEFORE}a prompt: ${printed(text, '[  T116]')}`;
    expect(findReports(console)).toMatchObject([{ kind, line }]);
  });

  test('is nothing where it is only the name of a test', () => {
    expect(findReports(printed(beginLine('1.1', `a > ${line}`).trim()))).toEqual([]);
  });
});

test('each of many in one console is found', () => {
  const all = Object.values(REPORTS).map(([, text]) => printed(text));
  expect(findReports(all.join('')).map(({ line }) => line)).toEqual(Object.values(REPORTS).map(([line]) => line));
});

test.for([
  'Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on',
  'Kernel command line: panic_on_warn=1 a=WARNING:',
  'rcu: Hierarchical RCU implementation.',
  'kmemleak: Kernel memory leak detector initialized (mem pool available: 36041)',
  'INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.234 msecs',
  'Warning: unable to open an initial console.',
])('a line of a good boot is no report: %s', (line) => {
  expect(findReports(printed(line))).toEqual([]);
});

describe('what the guest says last of the kernel’s taints', () => {
  const line = 'the kernel is tainted (W), but its console shows no report';
  test.for([
    ['a warning that the console did not get', '0 512', [line]],
    ['several', '0 16512', ['the kernel is tainted (D, L), but its console shows no report']],
    ['a warning of the boot', '512 512', []],
    ['a module from outside of the tree, which is no report', '0 4096', []],
  ] as const)('%s', ([, taints, lines]) => {
    const reports = findReports(`${printed('Out of memory: Killed process 9 (node)')}hairpin: tainted ${taints}\n`);
    expect(reports.filter(({ kind }) => kind === 'taint').map((report) => report.line)).toEqual(lines);
  });

  test('is no report beside the one that it belongs to', () => {
    const reports = findReports(`${printed(REPORTS.warning[1])}hairpin: tainted 0 512\n`);
    expect(reports).toMatchObject([{ kind: 'warning' }]);
  });
});

test('one warning many times is one, with the test of the first', () => {
  const [, text] = REPORTS.warning;
  const console = [
    ...[beginLine('9.0', 'a.test.ts > one'), printed(text), endLine('9.0'), beginLine('9.1', 'a.test.ts > two')],
    ...[printed(text.replaceAll('PID: 116', 'PID: 117')), printed(text.replaceAll('CPU: 0', 'CPU: 1'))],
  ];
  expect(findReports(console.join(''))).toMatchObject([{ times: 3, tests: { running: ['a.test.ts > one'] } }]);
});

test.for([
  ['warning of Linux 6.19', 'CPU#0: ip/116', 'CPU#1: my program/117', 'dev.c:1234', 'dev.c:1235'],
  ['stall: soft lockup', 'ksoftirqd/1:23', 'ksoftirqd/1:24', 'ksoftirqd', 'ip'],
  ['stall: hung task', '4:1:12', '4:1:13', 'kworker', 'ip'],
] as const)('%s: one for %s and %s, two for %s and %s', ([name, one, other, here, there]) => {
  const [, text] = REPORTS[name];
  const again = (from: string, to: string) => findReports(printed(text) + printed(text.replaceAll(from, to)));
  expect(again(one, other)).toMatchObject([{ times: 2 }]);
  expect(again(here, there).length).toBe(2);
});

test('a test that begins in the middle of a report is none of its lines, and not the one that ran', () => {
  const [line, text] = REPORTS.UBSAN;
  const lines = printed(text).split('\n');
  const console = [...lines.slice(0, 4), beginLine('9.0', 'a > late').trimEnd(), ...lines.slice(4)];
  const [report] = findReports(console.join('\n'));
  expect(report).toMatchObject({ line, tests: { running: [], last: undefined } });
  expect(report?.lines.length).toBe(text.split('\n').length);
});

test('a report whose end is lost ends where the next begins', () => {
  const [, warning] = REPORTS.warning;
  const cut = warning.slice(0, warning.indexOf('Call Trace'));
  const reports = findReports(printed(cut.trimEnd()) + printed(REPORTS.KASAN[1]));
  expect(reports.map(({ lines }) => lines.length)).toEqual([4, REPORTS.KASAN[1].split('\n').length]);
});

const SHORT = { kind: 'bug', line: 'BUG: x', lines: ['[ 1.0] BUG: x', '[ 1.1] y'], late: false, times: 1 } as const;

test('in words: the kind, the line, the test, and with the option its lines', () => {
  const tests = { running: ['a.test.ts > one'], last: undefined };
  expect(describeReports([{ ...SHORT, lines: [...SHORT.lines], tests }], false)).toEqual([
    'kernel report (bug): BUG: x\nThe test that was running: a.test.ts > one',
  ]);
  expect(describeReports([{ ...SHORT, lines: [...SHORT.lines], tests, times: 3 }], true)).toEqual([
    'kernel report (bug, 3 times): BUG: x\nThe test that was running: a.test.ts > one\n\n  [ 1.0] BUG: x\n  [ 1.1] y',
  ]);
});

test.for(['device leak', 'kmemleak', 'stall: hung task'] as const)(
  'in words: what the kernel reports late has no test: %s',
  (name) => {
    const [line, text] = REPORTS[name];
    const [kind] = name.split(':');
    const reports = findReports(beginLine('9.0', 'a > innocent') + printed(text));
    expect(describeReports(reports, false)).toEqual([
      `kernel report (${kind}): ${line}\nThe kernel reports this late: which test it was is not known`,
    ]);
  },
);

test('in words: without a test, with many lines, with many reports', () => {
  const lines = Array.from({ length: 70 }, (_, index) => `line ${index}`);
  const report = { ...SHORT, lines, tests: { running: [], last: undefined } };
  expect(describeReports([report], true)[0]).toMatch(
    /^kernel report \(bug\): BUG: x\nNo test had begun\n\n {2}line 0\n[\s\S]*line 59\n {2}… and 10 more lines$/,
  );
  const between = { ...report, tests: { running: [], last: 'a > b' } };
  const blocks = describeReports(
    Array.from({ length: 12 }, () => between),
    false,
  );
  expect(blocks[0]).toContain('\nNo test was running; the last before that was a > b');
  expect(blocks.slice(9)).toEqual([blocks[0], 'and 2 more kernel reports']);
});

test('in words: what fails a run is shown first', () => {
  const tests = { running: [], last: undefined };
  const memory = Array.from({ length: 10 }, () => ({ ...SHORT, kind: 'memory' as const, lines: [], tests }));
  const blocks = describeReports([...memory, { ...SHORT, lines: [], tests }], false);
  expect(blocks[0]).toContain('kernel report (bug)');
  expect(blocks.at(-1)).toBe('and 1 more kernel report');
});
