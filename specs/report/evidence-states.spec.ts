import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { runProject } from './evidence-project.ts';

// host: vitest, on a project of one test
//
// a ── b
const TEST = `import { expect, test } from 'hairpin';
test('routes', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toHaveRoute({ to: '10.9.0.0/16' }, { within: 20 });
});`;

test('a state that is not there leaves its network, without a path', async ({ lab, onTestFinished }) => {
  const { all, results, folders, json } = await runProject(lab, '', TEST, onTestFinished);
  expect(folders).toEqual(['some.test.ts-routes']);
  expect(all).toContain('Reproduce: test-results/some.test.ts-routes/lab.sh');
  expect(await readFile(join(results, 'some.test.ts-routes/state.txt'), 'utf8')).toContain('10.0.0.1/24');
  const title = "expect(a).toHaveRoute({ to: '10.9.0.0/16' }, { within: 20 })";
  expect(json.testResults[0].assertionResults[0].meta).toMatchObject({
    hairpin: {
      attempts: [{ assertions: [{ title, passed: false }], failure: { question: title, paths: [], frames: [] } }],
    },
  });
});
