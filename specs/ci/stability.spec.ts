import { rm, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { expect, type Lab, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import type { PageIndex } from '../../lib/report/html/page-data.ts';
import { type ShardProject, shardProject } from './shard-project.ts';

const FILES = ['plain.test.ts', 'quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
const RECORD = 'record/stability.json';
const BLOB = ['--reporter=default', '--reporter=blob'];

async function projectIn(lab: Lab): Promise<ShardProject> {
  const project = await shardProject(lab, { files: FILES, reporter: { stability: RECORD } });
  onTestFinished(project.remove);
  return project;
}

async function outcomesOf(project: ShardProject): Promise<object> {
  return JSON.parse(await project.read(RECORD)).outcomes;
}

/** What the report shows, by file. */
async function shownBy(project: ShardProject): Promise<Record<string, unknown>> {
  const page = await project.read('test-results/report.html');
  const [, json = ''] = /<script type="application\/json" id="index">(.*?)<\/script>/.exec(page) ?? [];
  const { tests } = JSON.parse(json) as PageIndex;
  return Object.fromEntries(tests.map(({ file, stability }) => [file, stability]));
}

const outcomes = (letters: (passed: string) => string) => ({
  'plain.test.ts': { 'no network': letters('F') },
  'quick.test.ts': { 'no network': letters('P') },
  'reach.test.ts': { 'a reaches b': letters('P') },
  'skipped.test.ts': {},
});

// host: vitest, on a small suite, with a record of its last runs
test('each run is recorded, though the results are cleared, and the report shows the last runs', async ({ lab }) => {
  const project = await projectIn(lab);
  await project.run([]);
  await rm(join(project.root, 'test-results'), { recursive: true });
  await project.run([]);
  await project.run(['reach.test.ts']);
  expect(await outcomesOf(project)).toEqual({
    [release()]: { ...outcomes((letter) => letter.repeat(2)), 'reach.test.ts': { 'a reaches b': 'PPP' } },
  });
  expect(await shownBy(project)).toEqual({ 'reach.test.ts': [{ kernel: release(), outcomes: 'PPP' }] });
});

// host: vitest, on a part of a small suite
test('what --exclude and --project leave out stays in the record; what is no more goes', async ({ lab }) => {
  const project = await projectIn(lab);
  await project.run([]);
  await project.run(['--exclude', 'quick.test.ts']);
  expect(await outcomesOf(project)).toEqual({
    [release()]: { ...outcomes((letter) => letter.repeat(2)), 'quick.test.ts': { 'no network': 'P' } },
  });
  await rm(join(project.root, 'quick.test.ts'));
  await project.run([]);
  expect(await outcomesOf(project)).toEqual({
    [release()]: { ...outcomes((letter) => letter.repeat(3)), 'quick.test.ts': undefined },
  });
});

// host: vitest, in two shards, which one more run puts together
test('shards record nothing; the run that merges them does, and once though it is made again', async ({ lab }) => {
  const project = await projectIn(lab);
  for (const shard of [1, 2]) {
    const { output } = await project.run([`--shard=${shard}/2`]);
    expect(output).toContain('report.html');
    await expect(project.read(RECORD)).rejects.toThrow('ENOENT');
    await project.run([`--shard=${shard}/2`, ...BLOB, `--outputFile.blob=blobs/${shard}.json`]);
  }
  await project.run(['--merge-reports=blobs']);
  await project.run(['--merge-reports=blobs']);
  expect(await outcomesOf(project)).toEqual({ [release()]: outcomes((letter) => letter) });
});

// host: vitest, as two kernels' machines run it, and the run that merges their reports
test('each kernel of a merged report has its own outcomes', async ({ lab }) => {
  const project = await projectIn(lab);
  const kernels = ['6.1.0-56-amd64', '6.12.9-amd64'];
  for (const kernel of kernels) {
    await project.run([...BLOB, `--outputFile.blob=blobs/${kernel}.json`], { HAIRPIN_MACHINE: kernel });
  }
  await project.run(['--merge-reports=blobs'], { HAIRPIN_MACHINES: JSON.stringify(kernels) });
  expect(await outcomesOf(project)).toEqual(
    Object.fromEntries(kernels.map((kernel) => [kernel, outcomes((letter) => letter)])),
  );
  const shown = await shownBy(project);
  expect(shown['6.1.0-56-amd64: reach.test.ts']).toEqual(kernels.map((kernel) => ({ kernel, outcomes: 'P' })));
  expect(shown['6.12.9-amd64: reach.test.ts']).toEqual(
    kernels.toReversed().map((kernel) => ({ kernel, outcomes: 'P' })),
  );
});

// host: vitest, in two ways, which one more run puts together
test('runs under labels have their own outcomes, on the kernel that they had', async ({ lab }) => {
  const project = await projectIn(lab);
  for (const label of ['sudo', 'user'])
    await project.run([...BLOB, `--outputFile.blob=blobs/${label}.json`], { VITEST_BLOB_LABEL: label });
  await project.run(['--merge-reports=blobs']);
  expect(Object.keys(await outcomesOf(project))).toEqual([`${release()}, sudo`, `${release()}, user`]);
});

// host: vitest, with a file that is no record in its place
test('a file that is no record gives one warning, stays, and changes nothing of the run', async ({ lab }) => {
  const project = await shardProject(lab, { files: ['quick.test.ts'], reporter: { stability: 'package.json' } });
  onTestFinished(project.remove);
  await writeFile(join(project.root, 'package.json'), '{ "name": "mine" }');
  const { exitCode, output } = await project.run([]);
  expect(exitCode).toBe(0);
  expect(output.match(/hairpin: .*/g)).toEqual([
    `hairpin: the stability of the tests could not be written down: ${join(project.root, 'package.json')} is no record of ` +
      'stability of this version of hairpin: delete it, or name another file (stability)',
  ]);
  expect(await project.read('package.json')).toBe('{ "name": "mine" }');
  expect(await shownBy(project)).toEqual({ 'quick.test.ts': undefined });
});

// host: vitest, with a record that the next `rm -r test-results` would take away
test('a record in test-results is refused in one line, and the run goes on', async ({ lab }) => {
  const stability = 'test-results/stability.json';
  const project = await shardProject(lab, { files: ['quick.test.ts'], reporter: { stability } });
  onTestFinished(project.remove);
  const { exitCode, output } = await project.run([]);
  expect(exitCode).toBe(0);
  expect(output.match(/hairpin: .*/g)).toEqual([
    `hairpin: the stability of the tests could not be written down: ${join(project.root, stability)} must be outside of ` +
      'test-results, which is cleared: name another file (stability)',
  ]);
});
