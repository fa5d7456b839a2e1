import { expect, test } from 'hairpin';
import { runMisuse } from './run-misuse.ts';

// host: vitest runs specs/matchers/misuse/forgotten.ts, whose tests are a ── b
test('a program that nobody awaits fails its test, and test.fails takes no mistake of the spec for a failure', async ({
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
  expect(summary).toEqual([
    ['forgets await of a program', 'failed', program],
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
  expect(results[0]?.failureMessages[0]).toMatch(/\n +at .*misuse\/forgotten\.ts:\d+:\d+/);
});
