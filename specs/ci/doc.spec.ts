import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { parse } from 'yaml';
import { ROOT, samplesOf } from '../doc-samples.ts';
import { ciShell } from './ci-commands.ts';
import { listJobs } from './list-jobs.ts';
import { shardProject } from './shard-project.ts';

const page = await readFile(join(ROOT, 'docs/ci.md'), 'utf8');

// host: bash, with the commands of docs/ci.md, on a small suite
test('the commands of docs/ci.md make one report', async ({ lab, onTestFinished }) => {
  const files = ['quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
  const project = await shardProject(lab, { files });
  onTestFinished(project.remove);
  const run = await ciShell(project);
  const [commands] = samplesOf(page, 'shards', 'sh');
  expect(commands?.trimEnd().split('\n')).toHaveLength(4);
  expect(await run(String(commands))).toEqual({ exitCode: 0, output: expect.any(String) });
  const report = await project.read('test-results/report.html');
  for (const file of files) expect(report).toContain(`"${file}"`);
});

// host: bash, with the commands of docs/ci.md, on a suite that fails; gitlab-ci-local is the referee of the job
test('the files of JUnit and JSON have the failure, and its evidence', async ({ lab, onTestFinished }) => {
  const project = await shardProject(lab, { files: ['vepa.test.ts'] });
  onTestFinished(project.remove);
  const run = await ciShell(project);
  const commands = samplesOf(page, 'junit', 'sh').join('').trimEnd().split('\n');
  expect(commands).toHaveLength(2);
  for (const command of commands) expect(await run(command)).toEqual({ exitCode: 1, output: expect.any(String) });
  const junit = await project.read('test-results/junit.xml');
  expect(junit).toContain('<failure message="expect(ns1).toReach(ns2, { within: 50 })');
  expect(junit).toMatch(/<property name="evidence" value="[^"]*\/lab\.pcapng">/);
  const results = JSON.parse(await project.read('test-results/results.json'));
  const [{ meta }] = results.testResults[0].assertionResults;
  expect(meta.hairpin.attempts[0].failure.diagnosis.code).toBe('bridge.hairpin-off');

  const [job = ''] = samplesOf(page, 'gitlab', 'yaml');
  expect(parse(job).network.script).toEqual(['npm ci', commands[0]]);
  const { exitCode, all } = await listJobs(lab.namespace('gitlab'), job);
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringMatching(/^network;/m) });
});
