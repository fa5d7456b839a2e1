import { expect, test } from 'hairpin';
import { runMisuse } from './run-misuse.ts';

// host: vitest runs specs/matchers/misuse/forgotten.ts, whose tests are a ── b
test('a program, a daemon and a wait that nobody awaits fail their test, and test.fails takes no mistake of the spec for a failure', async ({
  lab,
  onTestFinished,
}) => {
  const results = await runMisuse(lab, 'forgotten', onTestFinished);
  const summary = results.map(({ title, status, failureMessages }) => [
    title,
    status,
    ...failureMessages.map((text) => text.split('\n')[0]),
  ]);
  const program =
    "Error: a.exec('sleep', ['600']) was not awaited, and was still running at the end of the test; write: await " +
    "a.exec('sleep', ['600']); for a server use daemon, and with reject: false its end does not matter";
  const notAwaited = (words: string) =>
    `Error: ${words} was not awaited, so the test did not wait for it; write: await ${words}`;
  expect(summary).toEqual([
    ['forgets await of a program', 'failed', program],
    ['forgets await of settled', 'failed', notAwaited('lab.settled()')],
    ['forgets await of settled in a namespace', 'failed', notAwaited('a.settled()')],
    ['forgets await of a daemon', 'failed', notAwaited("a.daemon('sleep', …)")],
    ['is right: it awaits settled later, and with others', 'passed'],
    ['is right: it stops the program', 'passed'],
    ['is right: it listens for the end', 'passed'],
    ['is right: any end will do', 'passed'],
    ['fails before it comes to its await', 'failed', expect.stringContaining('to deeply equal []')],
    ['skips before it comes to its await', 'skipped'],
    [
      'is to fail, but its option is wrong',
      'failed',
      expect.stringMatching(/^UsageError: .*within must be milliseconds/),
    ],
    ['is to fail, but forgets await', 'failed', expect.stringMatching(/^Error: .* was not awaited/)],
    ['is to fail, but forgets await of a program', 'failed', program],
    ['is right: it is to fail, and does', 'passed'],
    [
      'is to fail, but the option of its lab is wrong',
      'failed',
      expect.stringMatching(/^UsageError: labOptions: there is no option 'default'/),
    ],
  ]);
  for (const result of results.slice(0, 4))
    expect(result.failureMessages[0]).toMatch(/\n +at .*misuse\/forgotten\.ts:\d+:\d+/);
});
