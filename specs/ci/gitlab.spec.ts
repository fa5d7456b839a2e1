import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { parse } from 'yaml';
import { ciShell } from './ci-commands.ts';
import { listJobs } from './list-jobs.ts';
import { shardProject } from './shard-project.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const text = await readFile(join(ROOT, '.gitlab-ci.yml'), 'utf8');

const SUCCESS = { exitCode: 0, output: expect.any(String) };

// host: gitlab-ci-local, as the referee
test('the configuration is one that GitLab takes, and makes six runs and a report', async ({ lab }) => {
  const host = lab.namespace('host');
  const { exitCode, all } = await listJobs(host, text);
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.any(String) });
  const jobs = all.split('\n').flatMap((line) => /^([^;]+);.*;(?:on_success|always);/.exec(line)?.[1] ?? []);
  const shards = (job: string) => [1, 2, 3].map((shard) => `${job}: [${shard}/3]`);
  expect(jobs).toEqual(['durations', ...shards('root'), ...shards('rootless'), 'report']);
  // The referee is not asleep.
  const broken = await listJobs(host, text.replace('needs: [durations]', 'neds: [durations]'));
  expect(broken.exitCode).toBe(1);
  expect(broken.all).toContain("'neds' property is not expected to be here");
});

// host: bash, with the configuration's own commands, on a small suite
test('its commands make one report of three shards', async ({ lab, onTestFinished }) => {
  const config = parse(text) as Record<'durations' | 'root' | 'report', { script: string[] }>;
  const files = ['quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
  const project = await shardProject(lab, { files });
  onTestFinished(project.remove);
  const run = await ciShell(project);
  const script = ({ script: lines }: { script: string[] }) => lines.filter((line) => line !== 'npm ci').join('\n');
  expect(await run(script(config.durations))).toEqual(SUCCESS);
  const runs = [1, 2, 3].map((shard) =>
    run(script(config.root), {
      ...{ CI_NODE_INDEX: String(shard), CI_NODE_TOTAL: '3', VITEST_BLOB_LABEL: 'root' },
    }),
  );
  for (const each of await Promise.all(runs)) expect(each).toEqual(SUCCESS);
  expect(await run(script(config.report))).toEqual(SUCCESS);
  const report = await project.read('test-results/report.html');
  for (const file of files) expect(report).toContain(`"root: ${file}"`);
});
