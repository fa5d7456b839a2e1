import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { ROOT, samplesOf } from '../doc-samples.ts';
import { ciShell } from './ci-commands.ts';
import { shardProject } from './shard-project.ts';

// host: bash, with the commands of docs/ci.md, on a small suite
test('the commands of docs/ci.md make one report', async ({ lab, onTestFinished }) => {
  const files = ['quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
  const project = await shardProject(lab, { files });
  onTestFinished(project.remove);
  const run = await ciShell(project);
  const [commands] = samplesOf(await readFile(join(ROOT, 'docs/ci.md'), 'utf8'), 'shards', 'sh');
  expect(commands?.trimEnd().split('\n')).toHaveLength(4);
  expect(await run(String(commands))).toEqual({ exitCode: 0, output: expect.any(String) });
  const report = await project.read('test-results/report.html');
  for (const file of files) expect(report).toContain(`"${file}"`);
});
