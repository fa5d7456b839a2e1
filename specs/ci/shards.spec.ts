import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, createLab, expect, type Lab, test } from 'hairpin';
import { FILES, type ShardProject, shardProject, withoutTimes } from './shard-project.ts';

// host: vitest, on a suite of its own, in three shards side by side, which one more run puts together
let lab: Lab;
let project: ShardProject;

beforeAll(async () => {
  lab = createLab();
  project = await shardProject(lab, { options: { durations: 'durations.json' } });
});

afterAll(async () => {
  await project?.remove();
  await lab?.[Symbol.asyncDispose]();
});

const SHARDS = [1, 2, 3];
const shardArguments = (shard: number, count = 3) => [
  `--shard=${shard}/${count}`,
  '--reporter=default',
  '--reporter=blob',
  `--outputFile.blob=blobs/${shard}.json`,
];

/** Which files a run had, in its own words. */
function filesIn(output: string): string[] {
  return FILES.filter((file) => output.includes(file));
}

test('three shards, put together, report what one run does', async () => {
  await project.run([]);
  const whole = withoutTimes(await project.read('test-results/report.html'));
  const counts = JSON.stringify(whole['index']);
  expect(counts).toContain('children talk');
  expect(Object.keys(JSON.parse(await project.read('durations.json')))).toEqual(['bridge.test.ts', 'reach.test.ts']);

  // Durations that are far apart, so that the sharing out is not by number.
  await writeFile(join(project.root, 'durations.json'), JSON.stringify({ 'vepa.test.ts': 9000, 'reach.test.ts': 10 }));
  await rm(join(project.root, 'test-results'), { recursive: true });
  const shards = await Promise.all(SHARDS.map((shard) => project.run(shardArguments(shard))));
  const shares = shards.map(({ output }) => filesIn(output));
  expect(shares.flat().sort()).toEqual(FILES);

  const merged = await project.run(['--merge-reports=blobs']);
  expect(merged.output).not.toContain('ran in none');
  expect(withoutTimes(await project.read('test-results/report.html'))).toEqual(whole);
});

test('shards are shared out by the recorded durations; without a record by number', async () => {
  const share = async () => {
    const shards = await Promise.all(SHARDS.map((shard) => project.run(shardArguments(shard))));
    return shards.map(({ output }) => filesIn(output));
  };
  const times = { 'vepa.test.ts': 9000, 'bridge.test.ts': 4000, 'reach.test.ts': 3000 };
  const rest = { 'skipped.test.ts': 2000, 'outside.test.ts': 1000, 'plain.test.ts': 1000 };
  await writeFile(join(project.root, 'durations.json'), JSON.stringify({ ...times, ...rest }));
  expect(await share()).toEqual([
    ['vepa.test.ts'],
    ['bridge.test.ts', 'outside.test.ts', 'plain.test.ts'],
    ['reach.test.ts', 'skipped.test.ts'],
  ]);
  await rm(join(project.root, 'durations.json'));
  const byNumber = await share();
  expect(byNumber.map((files) => files.length)).toEqual([2, 2, 2]);
  expect(byNumber.flat().sort()).toEqual(FILES);
});

// host: vitest, on a suite that passes, in three shards, one of which is lost
test.for([false, true])(
  'a lost blob fails the merge, and says what nobody ran, partial: %s',
  async (partial, { lab: own, onTestFinished }) => {
    const files = ['quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
    const passing = await shardProject(own, { files, partial });
    onTestFinished(passing.remove);
    const shards = [await passing.run(shardArguments(1)), await passing.run(shardArguments(3))];
    expect(shards.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const missing = files.filter((file) => !shards.some(({ output }) => output.includes(file)));
    expect(missing).toHaveLength(1);
    const { exitCode, output } = await passing.run(['--merge-reports=blobs']);
    const sentence =
      `1 of the suite's files ran in none of the merged runs:\n  ${missing[0]}\n` +
      'A blob is missing, or the shards had different files of durations.';
    expect({ exitCode, says: output.includes(sentence) }).toEqual(
      partial ? { exitCode: 0, says: false } : { exitCode: 1, says: true },
    );
  },
);

test('runs under labels are told apart in the one report, and in their evidence', async () => {
  await rm(join(project.root, 'test-results'), { recursive: true, force: true });
  await rm(join(project.root, 'blobs'), { recursive: true, force: true });
  for (const label of ['root', 'container']) {
    const blob = ['--reporter=blob', `--outputFile.blob=blobs/${label}.json`];
    await project.run(blob, { VITEST_BLOB_LABEL: label });
  }
  const { output } = await project.run(['--merge-reports=blobs']);
  expect(output).not.toContain('ran in none');
  const { index, ...blocks } = withoutTimes(await project.read('test-results/report.html'));
  const { tests } = index as { tests: { file: string }[] };
  const expected = ['container', 'root'].flatMap((label) => FILES.map((file) => `${label}: ${file}`));
  expect([...new Set(tests.map(({ file }) => file))]).toEqual(expected);
  const links = JSON.stringify(blocks).match(/(?<="href":")[^"]*lab\.sh/g);
  expect(links).toEqual([
    'container-vepa.test.ts-children-talk-6f8f74b3/lab.sh',
    'root-vepa.test.ts-children-talk-6793bcd5/lab.sh',
  ]);
});

test('a file of durations that is none is refused', async () => {
  await writeFile(join(project.root, 'durations.json'), '{ "a.test.ts": "long" }');
  const { exitCode, output } = await project.run(shardArguments(1));
  expect(exitCode).toBe(1);
  expect(output).toMatch(
    /durations.json is no file of durations, such as { "a.test.ts": 1200 }: delete it, or name another/,
  );
});
