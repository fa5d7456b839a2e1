import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StartedContainer } from 'hairpin/containers';
import type { StartedTestContainer } from 'testcontainers';
import { expect, expectTypeOf, onTestFinished, test } from 'vitest';

// What a project that installs the package gets of its types, as strict as can be, without the optional testcontainers
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

const OPTIONS = {
  ...{ target: 'es2024', lib: ['es2024', 'esnext.disposable'], module: 'nodenext', types: ['node'] },
  ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
};

const USES = `import { expect, type Namespace, test } from 'hairpin';
import { hairpin } from 'hairpin/config';
import { type Container, ContainerLab } from 'hairpin/containers';
import { createLab, type Interface, type Lab, type Switch } from 'hairpin/lab';
import { cni } from 'hairpin/plugins';
import HairpinReporter from 'hairpin/reporter';

test('a container', async ({ lab, macvlanPair }) => {
  const web: Container = await lab.container('web', { context: '.' });
  const output: string = (await web.started.exec(['true'])).output;
  await expect(web).toReach(macvlanPair({ mode: 'vepa' }).gateway, { by: 'tcp', port: output.length });
});
export const all = [hairpin, ContainerLab, createLab, cni, HairpinReporter];
`;

const INTERNAL = `
export type Internal =
  | Extract<keyof Lab, 'nextIndex' | 'inherited' | 'segments' | 'programs' | 'own' | 'ranIn' | 'tellPath' | 'hasUplink' | 'isPristine'
      | 'isOpenToOthers' | 'visits' | 'addresses' | 'enrol' | 'checkNew'>
  | Extract<keyof Namespace, 'handle' | 'rtnetlink' | 'tap' | 'foreign' | 'joining' | 'checkOpen' | 'checkNewInterface' | 'newInterface' | 'adopt' | 'takeIn' | 'forget'>
  | Extract<keyof Interface, 'refresh' | 'vanished' | 'checkAlive'>
  | Extract<keyof Switch, 'join' | 'bridge'>
  | Extract<keyof Container, 'ready'>;
type Nothing<T extends never> = T;
export type None = Nothing<Internal>;
`;

test('its declarations need no other package, and have nothing of the inside', { timeout: 60_000 }, async () => {
  const project = await mkdtemp(join(tmpdir(), 'hairpin-package-'));
  onTestFinished(() => rm(project, { recursive: true, force: true }));
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, 'hairpin'), { recursive: true });
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== 'testcontainers' && !name.startsWith('.'))
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  await cp(join(ROOT, 'package.json'), join(modules, 'hairpin/package.json'));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await run(tsc, ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(modules, 'hairpin/dist')]);
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS, include: ['*.ts'] }));
  await writeFile(join(project, 'uses.ts'), USES + INTERNAL);
  const { stdout } = await run(tsc, ['-p', project]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
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
