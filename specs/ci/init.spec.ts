import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { parse } from 'yaml';
import { initProject } from '../cli/init-project.ts';
import { listJobs } from './list-jobs.ts';

const LINT = fileURLToPath(new URL('lint-workflow.ts', import.meta.url));
const FILE = '.github/workflows/network.yml';

/** Each with what tells `hairpin init` of it. */
const MANAGERS: [string, Record<string, string>, install: string[], run: string][] = [
  ['npm', {}, ['npm ci'], 'npx'],
  ['pnpm', { 'pnpm-lock.yaml': '' }, ['corepack enable', 'pnpm install --frozen-lockfile'], 'npx'],
  ['yarn', { 'yarn.lock': '' }, ['corepack enable', 'yarn install --frozen-lockfile'], 'yarn'],
];

// host: hairpin init, and actionlint as the referee
test.for(MANAGERS)(
  '--ci github writes a workflow that GitHub takes, by %s',
  async ([, files, install, run], { lab, onTestFinished }) => {
    const host = lab.namespace('host');
    const project = await initProject(host, files, onTestFinished);
    expect((await project.init(['--ci', 'github'])).stdout).toContain(`wrote     ${FILE}\n`);
    const text = await project.read(FILE);
    const { stdout } = await host.exec(process.execPath, [LINT, FILE], { input: text });
    expect(JSON.parse(stdout)).toEqual([]);
    const steps: { run?: string }[] = parse(text).jobs.network.steps;
    const commands = steps.flatMap((step) => step.run ?? []);
    expect(commands).toEqual([...install, `sudo env "PATH=$PATH" ${run} vitest run`]);
  },
);

// host: hairpin init, and gitlab-ci-local as the referee
test.for(MANAGERS)(
  '--ci gitlab writes a job that GitLab takes, by %s',
  async ([, files, install, run], { lab, onTestFinished }) => {
    const host = lab.namespace('host');
    const project = await initProject(host, files, onTestFinished);
    await project.init(['--ci', 'gitlab']);
    const text = await project.read('.gitlab-ci.yml');
    const { exitCode, all } = await listJobs(host, text);
    expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringMatching(/^network;/m) });
    expect(parse(text).network.script).toEqual([...install, `${run} vitest run`]);
  },
);

test('in a folder of a repository the file is at the top, and its commands run in the folder', async ({
  lab,
  onTestFinished,
}) => {
  const project = await initProject(lab.namespace('host'), { '.git/HEAD': '' }, onTestFinished);
  expect((await project.init(['net', '--ci', 'github'])).stdout).toContain(`wrote     ../${FILE}\n`);
  const { defaults, steps } = parse(await project.read(FILE)).jobs.network;
  expect(defaults).toEqual({ run: { 'working-directory': 'net' } });
  expect(steps.at(-1).with.path).toBe('net/test-results/');
  await project.init(['net', '--ci', 'gitlab']);
  const { script, artifacts } = parse(await project.read('.gitlab-ci.yml')).network;
  expect([script[0], artifacts.paths]).toEqual(["cd 'net'", ['net/test-results/']]);
});

test('a pipeline that is there stays, and the job is printed', async ({ lab, onTestFinished }) => {
  const files = { '.gitlab-ci.yml': 'build:\n  script: make\n' };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  const { stdout } = await project.init(['--ci', 'gitlab']);
  expect(stdout).toContain('kept      .gitlab-ci.yml; add by hand:\n    network:\n      image: node:24\n');
  expect(await project.read('.gitlab-ci.yml')).toBe(files['.gitlab-ci.yml']);
});
