import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { hairpin, MAIN } from '../cli/hairpin.ts';
import { needs } from '../needs.ts';
import { guestProject } from './guest-project.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

needs('make');

// host: a tree: Makefile ── make bzImage modules ──▶ arch/x86/boot/bzImage, modules.order ──▶ guest: vitest
//
// A kernel takes an hour to build here, so the tree's Makefile copies one that is built. Its modules are beside their
// sources, as a build leaves them; the guest cannot begin without virtiofs, or 9p, and overlay.
const makefile = (image: string, modules: string) => `
bzImage:
	mkdir -p arch/x86/boot
	cp '${image}' arch/x86/boot/bzImage
modules:
	ln -sfn '${modules}/kernel/fs' fs
	ln -sfn '${modules}/kernel/net' net
	ln -sfn '${modules}/kernel/drivers' drivers
	cp '${modules}/modules.builtin' .
	grep -E '/(virtio|netfs|fscache|fuse|overlayfs|9p)/' '${modules}/modules.order' > modules.order
`;
const TESTS = `import { release } from 'node:os';
import { test } from 'vitest';
test('runs on ' + release(), () => {});`;

test(
  '--build makes the kernel and its modules in a tree, and runs the specs on it',
  GUEST,
  async ({ lab, skip, onTestFinished }) => {
    const { image, modules = '', release } = kernelHere(skip);
    const root = guestProject(TESTS, onTestFinished);
    mkdirSync(join(root, 'linux'));
    writeFileSync(join(root, 'linux/Makefile'), makefile(image, modules));
    writeFileSync(join(root, 'linux/.config'), 'CONFIG_MODULES=y\n');
    const args = ['test', '--build', 'linux', '--', '--reporter=json', '--outputFile=report.json'];
    const { exitCode, stdout, stderr } = await hairpin(lab.namespace('host'), args, {
      cwd: root,
      env: { VITEST: undefined, XDG_CACHE_HOME: join(root, 'cache') },
    });

    expect(exitCode, `${stderr}\n${stdout}`).toBe(0);
    const name = release.replaceAll(/[.+]/g, '\\$&');
    const build = `make -C linux -j${availableParallelism()} bzImage modules\n${name}: built in [\\d.]+ s`;
    expect(stderr).toMatch(new RegExp(`^${build}\n${name}: booting\n${name}: (booted|went on from a snapshot) in `));
    const { testResults } = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'));
    expect(testResults[0].assertionResults).toMatchObject([{ title: `runs on ${release}`, status: 'passed' }]);
  },
);

// tree: a kernel that was built before, given to both options, or twice to one
test.for([
  ['--kernel', './linux'],
  ['--build', 'linux/'],
] as const)('a tree for --build is refused for %s, too', async ([option, again], { lab, onTestFinished }) => {
  const root = guestProject(TESTS, onTestFinished);
  mkdirSync(join(root, 'linux/arch/x86/boot'), { recursive: true });
  // The header of an image: Documentation/arch/x86/boot.rst.
  const image = Buffer.alloc(2048);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x300, 0x20e);
  image.write('6.1.0-40 (builder@host)\0', 0x500, 'latin1');
  writeFileSync(join(root, 'linux/arch/x86/boot/bzImage'), image);
  writeFileSync(join(root, 'linux/Makefile'), '');
  writeFileSync(join(root, 'linux/.config'), '');
  const args = ['test', option, again, '--build', 'linux'];
  expect(await hairpin(lab.namespace('host'), args, { cwd: root })).toMatchObject({
    ...{ exitCode: 2, stdout: '' },
    stderr: "hairpin: --build 'linux': the folder is given twice, and is one kernel: name it once",
  });
});

test('kill -9 while a kernel is built ends make and what it has started', async ({ lab, onTestFinished }) => {
  const root = guestProject(TESTS, onTestFinished);
  mkdirSync(join(root, 'linux'));
  writeFileSync(join(root, 'linux/Makefile'), 'bzImage:\n\t@echo $$$$ > begun; exec sleep 1000\n');
  writeFileSync(join(root, 'linux/.config'), '');
  const run = lab
    .namespace('host')
    .exec(process.execPath, [MAIN, 'test', '--build', 'linux'], { cwd: root, reject: false });
  const compiler = () => readFileSync(join(root, 'linux/begun'), 'utf8').trim();
  await expect.poll(compiler).toMatch(/^\d+$/);
  const pid = compiler();
  run.kill('SIGKILL');
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  await run;
});

test('a build that fails is no run: exit code 3, with what make said', async ({ lab, onTestFinished }) => {
  const root = guestProject(TESTS, onTestFinished);
  mkdirSync(join(root, 'linux'));
  writeFileSync(join(root, 'linux/Makefile'), 'bzImage:\n\t@echo net/core/dev.c:1:1: error: x; exit 1\n');
  writeFileSync(join(root, 'linux/.config'), '');
  const { exitCode, stderr } = await hairpin(lab.namespace('host'), ['test', '--build', 'linux'], { cwd: root });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 3 });
  expect(stderr).toMatch(
    /\nhairpin: make -C linux -j\d+ bzImage failed \(exit code 2\):\n(?: {2}.*\n)* {2}net\/core\/dev\.c:1:1: error: x\n/,
  );
});
