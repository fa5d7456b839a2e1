import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Namespace, test } from 'hairpin';
import { ROOT } from '../doc-samples.ts';
import { startVitest } from '../leaks/nested-vitest.ts';
import { registry } from './registry.ts';

const CREATE = join(ROOT, 'create-hairpin');
const own = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

// host: a registry that has create-hairpin, npm, and vitest with the tarball of hairpin
test('npm create hairpin writes a project that runs with the hairpin of its version', async ({
  lab,
  onTestFinished,
}) => {
  const host = lab.namespace('host');
  const { folder, create } = await emptyFolder(host, onTestFinished);
  const { stdout } = await create(['npm', 'create', 'hairpin', 'net']);
  expect(stdout).toContain('wrote     vepa.test.ts\n');
  expect(stdout).toContain('\nNext: cd net && npm install && npm test');
  const project = join(folder, 'net');
  const manifest = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  expect(manifest.devDependencies).toEqual({
    '@types/node': own.devDependencies['@types/node'],
    hairpin: `^${own.version}`,
    vitest: own.peerDependencies.vitest,
  });

  // In place of npm install: the tarball of hairpin, and what this checkout has of other packages.
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, 'hairpin'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  // Built already, and in use by other specs: npm must not build it anew.
  const hairpin = await pack(host, ROOT, folder, ['--ignore-scripts']);
  await host.exec('tar', ['-xzf', hairpin, '--strip-components=1', '-C', join(modules, 'hairpin')]);
  const { exitCode, all } = await startVitest(host, ['--testTimeout=60000'], { root: project });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('1 passed') });
  // npm says `invalid` of a version that the project did not ask for.
  const { stdout: installed } = await host.exec('npm', ['ls', 'hairpin'], { cwd: project, reject: false });
  expect(installed).toMatch(/hairpin@\d+\.\d+\.\d+$/m);
});

test('what npm passes on are the options of hairpin init', async ({ lab, onTestFinished }) => {
  const { create } = await emptyFolder(lab.namespace('host'), onTestFinished);
  const { stdout } = await create(['npm', 'create', 'hairpin', '--', '--ci', 'gitlab']);
  expect(stdout).toContain('wrote     .gitlab-ci.yml\n');
  expect((await create(['npm', 'create', 'hairpin', '--', '--version'])).stdout).toMatch(
    new RegExp(`^${own.version}$`, 'm'),
  );
  expect(await create(['npm', 'create', 'hairpin', '--', '--ci', 'x'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("'x' is invalid. Allowed choices are github, gitlab."),
  });
});

test("the package is one file that needs no other, with hairpin's version and licence", async ({
  lab,
  onTestFinished,
}) => {
  const host = lab.namespace('host');
  const { tarball } = await emptyFolder(host, onTestFinished);
  const { stdout: names } = await host.exec('tar', ['-tzf', tarball]);
  expect(names.split('\n').toSorted()).toEqual(
    ['LICENSE', 'README.md', 'dist/main.js', 'package.json'].map((name) => `package/${name}`),
  );
  const read = async (name: string) => (await host.exec('tar', ['-xzOf', tarball, `package/${name}`])).stdout;
  const { version, engines, os, dependencies } = JSON.parse(await read('package.json'));
  expect({ version, engines, os, dependencies }).toEqual({ version: own.version, engines: own.engines, os: own.os });
  expect(`${await read('LICENSE')}\n`).toBe(await readFile(join(ROOT, 'LICENSE'), 'utf8'));
  const program = await read('dist/main.js');
  const needed = [...program.matchAll(/^import .* from "(.*)";$/gm)].map(([, name = '']) => name);
  expect(needed.filter((name) => !name.startsWith('node:'))).toEqual([]);
  // commander's, which is in it.
  expect(program).toContain('Permission is hereby granted, free of charge');
  const { stdout } = await host.exec('npx', ['publint', '--strict', CREATE], { cwd: ROOT });
  expect(stdout).toContain('All good!');
});

/** An empty folder beside a registry with create-hairpin, for npm with nothing in its cache. */
async function emptyFolder(host: Namespace, onTestFinished: (clean: () => void | Promise<void>) => void) {
  const around = await mkdtemp(join(tmpdir(), 'hairpin-create-'));
  onTestFinished(() => rm(around, { recursive: true, force: true }));
  const folder = join(around, 'empty');
  await mkdir(folder);
  const tarball = await pack(host, CREATE, around);
  const url = await registry(host, tarball, onTestFinished);
  const env = {
    ...{ npm_config_registry: url, npm_config_cache: join(around, 'cache'), npm_config_yes: 'true' },
    ...{ npm_config_user_agent: undefined, npm_config_proxy: '', npm_config_https_proxy: '' },
  };
  return {
    folder,
    tarball,
    create: ([file = '', ...args]: string[]) => host.exec(file, args, { cwd: folder, env, reject: false }),
  };
}

/** The tarball of a package, as it is published. */
async function pack(host: Namespace, folder: string, to: string, options: string[] = []): Promise<string> {
  const args = ['pack', '--json', '--pack-destination', to, ...options];
  const { stdout } = await host.exec('npm', args, { cwd: folder });
  return join(to, JSON.parse(stdout.slice(stdout.indexOf('\n[') + 1))[0].filename);
}
