import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createLab, expect, type Lab, type Subprocess, test } from 'hairpin';
import type { TestContext } from 'vitest';
import { tellTimeOut } from '../../lib/matchers/tell-time-out.ts';

const SPOT = 'specs/matchers/time-out.spec.ts';

/** What vitest's error says once hairpin has been told of it. */
function timedOut(task: TestContext['task'], since = 0): Error {
  const error = new Error('Test timed out in 5000ms.\nIf this is a long-running test, pass a timeout value');
  tellTimeOut(error, task, since);
  return error;
}

/** Only what was added, with numbers that differ from run to run as N. */
function addition(task: TestContext['task'], since?: number): string {
  const lines = timedOut(task, since).message.split('\n').slice(2);
  return lines
    .join('\n')
    .replace(/\bprocess \d+/g, 'process N')
    .replace(/\d+ ms\b/g, 'N ms')
    .replace(/:\d+:\d+$/gm, ':L');
}

async function hasEnded({ nodeChildProcess }: Subprocess): Promise<void> {
  await expect.poll(() => nodeChildProcess.exitCode).not.toBe(null);
}

// a alone
test('a program that has left its output to another', async ({ lab, task }) => {
  const program = lab.namespace('a').exec('sh', ['-c', 'sleep 1000 &']);
  void program.catch(() => {});
  await hasEnded(program);
  expect(addition(task)).toBe(`
It was waiting for
  a.exec('sh', ['-c', 'sleep 1000 &']) at ${SPOT}:L
    It has ended with exit code 0, but its output is still held open by process N (sleep 1000).
    Give the process that stays its own output: '>/dev/null 2>&1' in a shell, or the option stdio: 'ignore'.`);
});

// a alone
test('a program that waits for its input', async ({ lab, task }) => {
  const program = lab.namespace('a').exec('cat', [], { stdin: 'pipe' });
  void program.catch(() => {});
  expect(addition(task)).toBe(`
It was waiting for
  a.exec('cat', []) at ${SPOT}:L
    It is still running after N ms, as process N, and has printed nothing.
    Its standard input is open: end the input if the program reads until its end.`);
  program.stdin.end();
  await program;
  expect(addition(task)).toBe('');
});

// a alone
test('a program that goes on, with the last that it has printed', async ({ lab, task }) => {
  const program = lab
    .namespace('a')
    .exec('sh', ['-c', 'for line in 1 2 3 4 5 6; do echo $line; done; exec sleep 1000']);
  void program.catch(() => {});
  await expect
    .poll(() => addition(task))
    .toBe(`
It was waiting for
  a.exec('sh', ['-c', 'for line in 1 2 3 4 5 6; do echo $line; done; exec sleep 1000']) at ${SPOT}:L
    It is still running after N ms, as process N. Its last output:
      2
      3
      4
      5
      6`);
});

// a ── b, which answers no echo
test('an assertion without an answer, and the line that waits', async ({ lab, task }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  const answer = expect(a).toReach(b, { within: 20_000 });
  const asked = /^ {4}It waits for an answer from b, for 20000 ms at most, and has asked (\d+) times in \d+ ms\.$/m;
  await expect.poll(() => Number(asked.exec(timedOut(task).message)?.[1])).toBeGreaterThan(2);
  const { message, stack = '' } = timedOut(task);
  expect(message).toMatch(
    new RegExp(`^It was waiting for\n {2}expect\\(a\\)\\.toReach\\(b, \\{ within: 20000 \\}\\) at ${SPOT}:`, 'm'),
  );
  expect(stack.startsWith(`Error: ${message}\n`)).toBe(true);
  const [place] = stack.slice(message.length).match(/time-out\.spec\.ts:\d+/) ?? [];
  expect(message).toContain(place);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 0);
  await answer;
});

// a ── b
test('a negative that is held', async ({ lab, task }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { b: { up: false } });
  const answer = expect(a).not.toReach(b, { because: 'unsent', hold: 200 });
  expect(addition(task)).toBe(`
It was waiting for
  expect(a).not.toReach(b, { because: 'unsent', hold: 200 }) at ${SPOT}:L
    It waits for N ms without an answer from b.`);
  await answer.catch(() => {});
});

// a alone; and a program that nobody awaits
test('where the test awaits something else, the programs that run', async ({ lab, task }) => {
  lab.namespace('a').exec('sleep', ['1000'], { reject: false });
  expect(addition(task)).toBe(`
It awaited nothing of hairpin. These programs were running:
  a.exec('sleep', ['1000']) at ${SPOT}:L
    It is still running after N ms, as process N, and has printed nothing.`);
});

// a alone, in a lab that the test makes
test('the end of a lab', async ({ task }) => {
  const lab = createLab();
  lab.namespace('a').exec('sleep', ['1000']);
  const end = lab.close();
  expect(addition(task)).toContain(`\n  lab.close() at ${SPOT}:L\n    It waits for `);
  await end;
  expect(addition(task)).toBe('');
});

// a alone, twice: in this test's lab, and in one from before it
test('what belongs to another test is not told', async ({ lab, task }) => {
  const other: Lab = createLab();
  void other
    .namespace('other')
    .exec('sleep', ['1000'])
    .catch(() => {});
  expect(addition(task)).toContain("other.exec('sleep', ['1000'])");
  expect(addition(task, Number.POSITIVE_INFINITY)).toBe('');
  void lab
    .namespace('a')
    .exec('sleep', ['1000'])
    .catch(() => {});
  expect(addition({ ...task } as TestContext['task'], Number.POSITIVE_INFINITY)).toBe('');
  expect(addition(task, Number.POSITIVE_INFINITY)).toContain("a.exec('sleep', ['1000'])");
  await other.close();
});

// a alone
test('of many, and of a long call, it tells the beginning', async ({ lab, task }) => {
  const a = lab.namespace('a');
  const text = 'x'.repeat(300);
  for (let count = 0; count < 7; count++) void a.exec('sleep', ['1000', text]).catch(() => {});
  const lines = addition(task).split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}a\.exec\('sleep', \['1000', 'x{100,200}… at /));
  expect(lines.at(-1)).toBe('  … and 2 more');
});

// a alone
test('an error that is none of a time-out stays as it is', async ({ lab, task }) => {
  void lab
    .namespace('a')
    .exec('sleep', ['1000'])
    .catch(() => {});
  const error = new Error('the run was cancelled');
  const before = { ...error, stack: error.stack };
  tellTimeOut(error, task, 0);
  expect({ ...error, stack: error.stack }).toEqual(before);
  expect(error.message).toBe('the run was cancelled');
});

// a alone
test('the one in docs/failures.md is a real one', async ({ lab, task }) => {
  const text = await readFile(fileURLToPath(new URL('../../docs/failures.md', import.meta.url)), 'utf8');
  const shown = /```\nTest timed out in .*?\n\n(It was waiting for\n.*?)\n```/s.exec(text)?.[1];
  const program = lab.namespace('a').exec('sh', ['-c', 'sleep 1000 &']);
  void program.catch(() => {});
  await hasEnded(program);
  const exact = (words = '') =>
    words
      .trim()
      .replace(/process \w+/, 'process N')
      .replace(/at \S+$/m, 'at PLACE');
  expect(exact(shown)).toBe(exact(addition(task)));
});
