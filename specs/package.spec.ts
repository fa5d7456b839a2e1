import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StartedContainer } from 'hairpin/containers';
import type { StartedTestContainer } from 'testcontainers';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';
import { clientScript } from '../lib/report/html/client-script.ts';

// What a project that installs the package gets of its types, as strict as can be, without the optional testcontainers
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

const OPTIONS = {
  ...{ target: 'es2024', lib: ['es2024', 'esnext.disposable'], module: 'nodenext', types: ['node'] },
  ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
};

const USES = `import { expect, test } from 'hairpin';
import { hairpin } from 'hairpin/config';
import { type Container, ContainerLab } from 'hairpin/containers';
import { createLab } from 'hairpin/lab';
import { cni } from 'hairpin/plugins';
import HairpinReporter from 'hairpin/reporter';

test('a container', async ({ lab, macvlanPair }) => {
  const web: Container = await lab.container('web', { context: '.' });
  const output: string = (await web.started.exec(['true'])).output;
  await expect(web).toReach(macvlanPair({ mode: 'vepa' }).gateway, { by: 'tcp', port: output.length });
});
export const all = [hairpin, ContainerLab, createLab, cni, HairpinReporter];
`;

/** Where the handles are that a spec holds. */
const OF_HANDLES = ['./lab', './containers', './plugins'];

/** Engines, and the kernel below them but for its errors. */
const INSIDE =
  /^lib\/lab\/([\w-]+-)?engine\.|^lib\/netlink\/socket\.|^lib\/kernel\/(?!kernel-error|validate|needs-node)/;

/** The declarations that an import of an entry point leads to. */
async function declarationsOf(root: string, entries: readonly string[]): Promise<string[]> {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const found = new Set(entries.map((entry) => join(exports[entry].types)));
  // A set that grows while it is gone through.
  for (const file of found) {
    const source = await readFile(join(root, file), 'utf8');
    for (const [, path = ''] of source.matchAll(/(?:from|import)[\s(]*'(\.[^']+)\.ts'/g))
      found.add(join(dirname(file), `${path}.d.ts`));
  }
  return [...found].map((file) => relative('dist', file));
}

test('its declarations need no other package, and have nothing of the inside', async () => {
  const project = await mkdtemp(join(tmpdir(), 'hairpin-package-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, 'hairpin'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== 'testcontainers' && !name.startsWith('.'))
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  await cp(join(ROOT, 'package.json'), join(modules, 'hairpin/package.json'));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await run(tsc, [
    '-p',
    join(ROOT, 'tsconfig.build.json'),
    '--declarationDir',
    join(modules, 'hairpin/dist'),
    '--emitDeclarationOnly',
  ]);
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include: ['*.ts'] }));
  await writeFile(join(project, 'uses.ts'), USES);
  const { stdout } = await run(tsc, ['-p', project]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
  const files = await declarationsOf(join(modules, 'hairpin'), OF_HANDLES);
  expect(files).toContain('lib/lab/namespace.d.ts');
  expect(files.filter((file) => INSIDE.test(file))).toEqual([]);
});

test("the report's script is one file that needs no other, with the licence of what is in it", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const [, ...args] = scripts.build
    .split(' && ')
    .find((command: string) => command.includes('report/html'))
    .split(' ');
  await run(join(ROOT, 'node_modules/.bin/vite'), [...args, '--outDir', folder], { cwd: ROOT });
  expect(await readdir(folder)).toEqual(['client.js']);
  const script = await readFile(join(folder, 'client.js'), 'utf8');
  expect(script).toBe(await clientScript());
  expect(script).not.toMatch(/\bimport\b|\beval\(|new Function|<\/script/);
  expect(script).toContain('Permission is hereby granted, free of charge');
});

test("a container's types are testcontainers' own, as far as they go", () => {
  expectTypeOf<StartedTestContainer>().toExtend<StartedContainer>();
  expectTypeOf<StartedContainer>().toExtend<StartedTestContainer>();
});

test('nothing is run where the package is installed', async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  // npm names these to whoever installs a tarball that has them.
  expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});

test('the tarball has the pages, their pictures and the schemas, and no site', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  const pages = globSync('docs/**/*.*', { cwd: ROOT });
  expect(paths).toEqual(expect.arrayContaining([...pages, 'README.md', 'schemas/failure.json', 'dist/lib/index.js']));
  expect(
    paths.filter(
      (path) =>
        !/^(dist|docs|schemas)\/|^(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^(LICENSE|package\.json)$/.test(path),
    ),
  ).toEqual([]);
});
