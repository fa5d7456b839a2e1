import { expect, test } from 'hairpin';
import { runProject } from './evidence-project.ts';

// host: vitest, on tests whose names and ends are awkward
const TESTS = `import { describe, expect, test } from 'hairpin';
const fail = async (lab) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach('10.0.0.99', { within: 20 });
};
test('ns1 → ns2', ({ lab }) => fail(lab));
test('ns1 ← ns2', ({ lab }) => { lab.namespace('a'); });
test('名'.repeat(120), ({ lab }) => { lab.namespace('a'); });
test.fails('wanted', ({ lab }) => fail(lab));
describe.concurrent('at once', () => {
  test('fails', ({ lab }) => fail(lab));
  test('passes', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await expect(a).toReach(b);
  });
});`;

test('evidence goes to the test that failed, and decides no result', async ({ lab, onTestFinished }) => {
  const { folders, json, all } = await runProject(lab, '', TESTS, onTestFinished);
  expect(folders).toEqual(['some.test.ts-at-once-fails-5adfda29', 'some.test.ts-ns1-ns2-0e2a2d1e']);
  const results: { title: string; status: string }[] = json.testResults[0].assertionResults;
  expect(results.filter(({ status }) => status === 'failed').map(({ title }) => title)).toEqual(['ns1 → ns2', 'fails']);
  expect(all).toContain('Capture: test-results/some.test.ts-at-once-fails-5adfda29/lab.pcapng');
});
