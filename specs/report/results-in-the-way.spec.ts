import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { reportProject } from './report-project.ts';

// host: vitest, on a project of one test, a ── b, whose folder of results is as an earlier run, or somebody else, has left it
const PASSES = `import { expect, test } from 'hairpin';
test('passes', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b);
});`;
const FAILS = PASSES.replaceAll('passes', 'fails').replace('toReach(b)', "toReach('192.0.2.1', { within: 50 })");

/** Has vitest see a folder read-only, as another user's is. */
const READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
const readOnly = (folder: string) => ['unshare', '--mount', 'sh', '-c', READ_ONLY, folder];

test('what an earlier run has left, and cannot be taken away, fails no test: it is told of once', async ({
  lab,
  onTestFinished,
}) => {
  const project = await reportProject(lab, { 'passes.test.ts': PASSES, 'again.test.ts': PASSES });
  onTestFinished(project.remove);
  const left = join(project.root, 'test-results/passes.test.ts-passes');
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, 'lab.sh'), 'old');

  const { exitCode, all } = await project.finish({ wrapper: readOnly(left) });

  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringMatching(/Tests .*2 passed/) });
  expect(
    all.split(`hairpin: no evidence can be kept in its place: ${left} cannot be changed by this user.`),
  ).toHaveLength(2);
  expect(all).toContain('take its results away (sudo rm -r), or make them yours (sudo chown -R)');
});

test('results that cannot be written fail no test', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'passes.test.ts': PASSES });
  onTestFinished(project.remove);
  const results = join(project.root, 'test-results');
  mkdirSync(results);

  const { exitCode, all } = await project.finish({ wrapper: readOnly(results) });

  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringMatching(/Tests .*1 passed/) });
  for (const what of ['the report', 'how long each file took'])
    expect(all).toContain(`hairpin: ${what} could not be written down: EROFS`);
});

test('a broken file of durations fails no test, and is left as it is', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'passes.test.ts': PASSES });
  onTestFinished(project.remove);
  const durations = join(project.root, 'test-results/durations.json');
  mkdirSync(join(project.root, 'test-results'));
  writeFileSync(durations, '[oops');

  const { exitCode, all } = await project.finish({});

  expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  expect(all).toContain(`${durations} is no file of durations, such as { "a.test.ts": 1200 }: delete it`);
  expect(readFileSync(durations, 'utf8')).toBe('[oops');
});

test('links in the folder of results are not followed, and evidence is for its owner alone', async ({
  lab,
  onTestFinished,
}) => {
  const project = await reportProject(lab, { 'fails.test.ts': FAILS });
  onTestFinished(project.remove);
  const outside = mkdtempSync(join(tmpdir(), 'hairpin-outside-'));
  onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
  for (const name of ['lab.sh', 'report.html', 'durations.json']) writeFileSync(join(outside, name), 'precious');
  const results = join(project.root, 'test-results');
  mkdirSync(results);
  symlinkSync(outside, join(results, 'fails.test.ts-fails'));
  for (const name of ['report.html', 'durations.json']) symlinkSync(join(outside, name), join(results, name));

  const { exitCode, all } = await project.finish({});

  expect({ exitCode, all }).toMatchObject({
    exitCode: 1,
    all: expect.stringContaining('Report  test-results/report.html'),
  });
  for (const name of readdirSync(outside)) expect(readFileSync(join(outside, name), 'utf8')).toBe('precious');
  expect(readdirSync(outside)).toHaveLength(3);
  expect(lstatSync(join(results, 'report.html')).isFile()).toBe(true);
  const evidence = join(results, 'fails.test.ts-fails');
  expect(modeOf(evidence)).toBe('700');
  const files = readdirSync(evidence);
  expect(files).toContain('lab.pcapng');
  expect(files.map((name) => modeOf(join(evidence, name)))).toEqual(files.map(() => '600'));
});

/** Has vitest see a file system without room. */
const FULL = 'mount -t tmpfs -o size=8k none "$0" && exec "$@"';

test('a full disk is told of, and fails no test', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'fails.test.ts': FAILS, 'passes.test.ts': PASSES });
  onTestFinished(project.remove);
  const results = join(project.root, 'test-results');
  mkdirSync(results);

  const { exitCode, all } = await project.finish({ wrapper: ['unshare', '--mount', 'sh', '-c', FULL, results] });

  expect({ exitCode, all }).toMatchObject({ exitCode: 1, all: expect.stringMatching(/Tests .*1 failed.*1 passed/) });
  expect(all).toMatch(/Received: +nothing was sent/);
  expect(all).toMatch(/Its evidence could not be kept: ENOSPC.*: make room on that file system/);
  expect(all).toMatch(/hairpin: the report could not be written down: ENOSPC.*: make room on that file system/);
});

test('pipes and hard links in the place of files give way; nothing waits, and nothing outside is written', async ({
  lab,
  onTestFinished,
}) => {
  const project = await reportProject(lab, { 'fails.test.ts': FAILS });
  onTestFinished(project.remove);
  const [results, outside] = [join(project.root, 'test-results'), join(project.root, 'precious')];
  mkdirSync(join(results, 'fails.test.ts-fails'), { recursive: true });
  writeFileSync(outside, 'precious');
  linkSync(outside, join(results, 'report.html'));
  linkSync(outside, join(results, 'fails.test.ts-fails', 'lab.sh'));
  for (const name of ['durations.json', 'fails.test.ts-fails/state.txt']) execFileSync('mkfifo', [join(results, name)]);

  const umask = 'umask 0; exec "$@"';
  const { exitCode, all } = await project.finish({ wrapper: ['sh', '-c', umask, 'sh'] });

  expect({ exitCode, all }).toMatchObject({
    exitCode: 1,
    all: expect.stringContaining('durations.json must be a regular file'),
  });
  expect(readFileSync(outside, 'utf8')).toBe('precious');
  expect(lstatSync(outside).nlink).toBe(1);
  const evidence = join(results, 'fails.test.ts-fails');
  expect(modeOf(evidence)).toBe('700');
  expect(readdirSync(evidence).map((name) => modeOf(join(evidence, name)))).toEqual(
    readdirSync(evidence).map(() => '600'),
  );
});

function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}
