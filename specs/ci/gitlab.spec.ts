import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Namespace, test } from 'hairpin';
import { parse } from 'yaml';
import { needs } from '../needs.ts';
import { ciShell } from './ci-commands.ts';
import { shardProject } from './shard-project.ts';

needs('git');

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GITLAB_CI_LOCAL = join(ROOT, 'node_modules/gitlab-ci-local/dist/index.js');
const text = await readFile(join(ROOT, '.gitlab-ci.yml'), 'utf8');

const SUCCESS = { exitCode: 0, output: expect.any(String) };

/** Reads a configuration by GitLab's schema, and lists the jobs that come of it. */
async function listJobs(host: Namespace, config: string) {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-gitlab-'));
  try {
    await writeFile(join(folder, '.gitlab-ci.yml'), config);
    await host.exec('git', ['init', '--quiet', folder]);
    const { exitCode, all } = await host.exec(process.execPath, [GITLAB_CI_LOCAL, '--list-csv'], {
      ...{ cwd: folder, env: { HOME: folder }, reject: false, all: true },
    });
    return { exitCode, all: String(all) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

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
