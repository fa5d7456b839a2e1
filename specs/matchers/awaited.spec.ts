import { expect, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';
import { runMisuse } from './run-misuse.ts';

// vitest runs specs/matchers/misuse/*.ts, whose tests are wrong on purpose; what it says of each is what counts.
test('a test that forgets await fails, with expect, .not, .soft; one that awaits later does not', async ({
  lab,
  onTestFinished,
}) => {
  const results = await runMisuse(lab, 'misuse', onTestFinished);
  const summary = results.map(({ title, status, failureMessages }) => [
    title,
    status,
    failureMessages.map((text) => text.split('\n')[0]),
  ]);
  const notAwaited = (title: string) =>
    `Error: ${title} was not awaited, so the test did not wait for its answer; write: await ${title}`;
  expect(summary).toEqual([
    ['forgets await', 'failed', [notAwaited('expect(ns1).toReach(gateway)')]],
    ['forgets await with .not', 'failed', [notAwaited('expect(ns1).not.toReach(ns2)')]],
    ['forgets await with .soft', 'failed', [notAwaited('expect(ns1).toReach(gateway)')]],
    ['forgets await of a failure', 'failed', [notAwaited('expect(ns1).toReach(ns2, { within: 10 })')]],
    ['forgets await of toHear', 'failed', [notAwaited('expect(ns1).toHear(gateway)')]],
    ['forgets await of a state', 'failed', [notAwaited("expect(ns1).toHaveLink({ name: 'm1' })")]],
    ['awaits all together', 'passed', []],
    ['awaits later', 'passed', []],
    [
      'fails softly twice',
      'failed',
      ['Error: expect(ns1).toReach(ns2, { within: 10 })', 'Error: expect(ns1).toReach(host, { within: 10 })'],
    ],
    // The first try's failure stays in the report.
    ['passes at the second try', 'passed', ['Error: expect(ns1).toReach(ns2, { within: 10 })']],
    ['fails', 'failed', ['Error: expect(ns1).toReach(ns2, { within: 10 })']],
  ]);
  // The stack of a failure begins in the spec.
  expect(results.at(-1)?.failureMessages[0]).toMatch(/\n +at .*misuse\/misuse\.ts:\d+:\d+/);
});

// vitest runs specs/matchers/misuse/hooks.ts: every test passes, and the run fails.
test('an assertion that is forgotten where vitest does not look makes the run fail, and no other does', async ({
  lab,
}) => {
  const config = ['--config', 'specs/matchers/misuse/vitest.config.ts'];
  const { exitCode, all = '' } = await startVitest(lab.namespace('host'), ['misuse/hooks.ts', ...config]);
  expect({ exitCode, all }).toMatchObject({ exitCode: 1, all: expect.stringContaining('6 passed (6)') });
  const forgotten = [...all.matchAll(/^Error: expect\((\w+)\).* was not awaited, .*; write: await expect.*/gm)];
  const places = ['afterAll', 'afterEach', 'beforeAll', 'behindTheEnd', 'concurrent', 'onTestFinished'];
  expect(forgotten.map(([, place]) => place).sort()).toEqual(places);
  expect(all).toContain(`Errors  ${places.length} errors`);
  expect(all.match(/❯ specs\/matchers\/misuse\/hooks\.ts:\d+:\d+/g)).toHaveLength(places.length);
});
