import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'hairpin';
import { describeRun } from '../../lib/machines/describe-run.ts';
import { guestEnvironment } from '../../lib/machines/guest-environment.ts';
import { runInMachine } from '../../lib/machines/machine.ts';
import { userModeKernel } from '../../lib/machines/user-mode.ts';
import { hairpin } from '../cli/hairpin.ts';
import { needs } from '../needs.ts';
import { guestProject } from './guest-project.ts';
import { GUEST, userModeHere } from './kernel-here.ts';

needs('make');

let folder: string;
beforeEach(({ onTestFinished }) => {
  folder = mkdtempSync(join(tmpdir(), 'hairpin-um-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** A script in a guest, whose results folder has characters that mean something to a shell or to mount. */
function shell(script: (results: string) => string) {
  const results = join(folder, "it's #1, a:b");
  return { command: ['sh', '-c', script(results)], cwd: '/', env: guestEnvironment(), results };
}

/** A program that prints such a version. */
function program(name: string, version: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${version}'\n`);
  chmodSync(path, 0o755);
  return path;
}

// host: / ── hostfs, read-only ──▶ guest: / under an overlay
//       results ◀── written through ── results
test('the guest cannot write to the machine, even where it mounts it once more', GUEST, async ({ skip }) => {
  const kernel = userModeHere(skip);
  const run = await runInMachine(
    kernel,
    shell(
      (results) => `uname -r; echo through > "${results}/through"; echo here > /etc/hairpin-um && cat /etc/hairpin-um
       mkdir /run/again && mount -t hostfs -o / none /run/again
       [ -e /run/again/etc/hairpin-um ] || echo 'only in the guest'
       for each in /etc /tmp /dev/shm; do touch /run/again$each/hairpin-um 2>/dev/null && echo "wrote to $each"; done
       modprobe macvtap && ls -1d /sys/module/macvtap /proc/sys/net/ipv6
       exit 7`,
    ),
  );
  expect(run).toMatchObject({ ending: { kind: 'ended', exitCode: 7 }, engine: 'uml', reports: [] });
  // Its own memory alone is there to be written to, and goes with it.
  const lines = [kernel.release, 'here', 'only in the guest', 'wrote to /dev/shm'];
  expect(run.output.split('\n')).toEqual([...lines, '/proc/sys/net/ipv6', '/sys/module/macvtap', '']);
  expect(readFileSync(join(folder, "it's #1, a:b/through"), 'utf8')).toBe('through\n');
  expect(['/etc', '/tmp', '/dev/shm'].filter((each) => existsSync(`${each}/hairpin-um`))).toEqual([]);
  expect(describeRun(run)).toMatch(/^booted in [\d.]+ s \(User-Mode Linux\), /);
});

test('a panic is told of, and ends the machine', GUEST, async ({ skip }) => {
  const run = await runInMachine(
    userModeHere(skip),
    shell(() => 'echo before; echo c > /proc/sysrq-trigger; sleep 1000'),
  );
  expect(run.ending).toEqual({ kind: 'panic', line: 'Kernel panic - not syncing: sysrq triggered crash' });
  expect(run.output).toBe('before\n');
});

test('specs run on it, in a project of its name', GUEST, async ({ lab, skip, onTestFinished }) => {
  const { image, name, release } = userModeHere(skip);
  const root = guestProject(
    `import { release } from 'node:os';
     import { expect, test } from 'hairpin';
     // a ── b
     test('hosts reach each other on ' + release(), async ({ lab }) => {
       const [a, b] = [lab.namespace('a'), lab.namespace('b')];
       lab.cable(a, b, { a: { address: '10.0.0.1/24' }, b: { address: '10.0.0.2/24' } });
       await expect(a).toReach(b);
     });`,
    onTestFinished,
  );
  const args = ['test', '--kernel', `um:${image}`, '--', '--reporter=json', '--outputFile=report.json'];
  const { exitCode, stderr } = await hairpin(lab.namespace('host'), args, { cwd: root, env: { VITEST: undefined } });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stderr).toMatch(new RegExp(`^${name}: booting\n${name}: booted in `));
  const { testResults } = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'));
  expect(testResults[0].assertionResults).toMatchObject([
    { title: `hosts reach each other on ${release}`, status: 'passed' },
  ]);
});

// Before any machine begins: what came before a refusal would be lost.
test.for([
  ['--cpus', '2', '--cpus 2: NAME is User-Mode Linux, which has one processor: leave it out'],
  ['--gdb', '--live', '--gdb: NAME is User-Mode Linux, a program for which QEMU has no gdb: leave it out'],
] as const)('%s is refused', async ([option, more, message], { lab, skip, onTestFinished }) => {
  const { image, name } = userModeHere(skip);
  const root = guestProject('', onTestFinished);
  const { exitCode, stderr } = await hairpin(
    lab.namespace('host'),
    ['test', '--kernel', `um:${image}`, option, more, '--', '--passWithNoTests'],
    { cwd: root },
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: `hairpin: ${message.replace('NAME', name)}` });
});

test('a tree has the program linux, and its modules where they were built', ({ skip, onTestFinished }) => {
  program('linux', '6.12.1');
  writeFileSync(join(folder, 'modules.order'), 'net/8021q/8021q.o\n');
  mkdirSync(join(folder, 'net/8021q'), { recursive: true });
  // Any object file: depmod looks into it.
  const { modules = '' } = userModeHere(skip);
  copyFileSync(join(modules, 'kernel/net/8021q/8021q.ko'), join(folder, 'net/8021q/8021q.ko'));
  const kernel = userModeKernel(folder);
  onTestFinished(() => rmSync(join(kernel.modules ?? '', '../../..'), { recursive: true, force: true }));
  expect(kernel).toMatchObject({ name: 'um-6.12.1', release: '6.12.1', image: join(folder, 'linux'), userMode: true });
  expect(readFileSync(join(kernel.modules ?? '', 'modules.dep'), 'utf8')).toContain('kernel/net/8021q/8021q.ko:');
});

test.for([
  [
    'a tree that is not built',
    () => folder,
    'linux is no program: make ARCH=um makes one, linux, in the kernel’s tree',
  ],
  [
    'another program',
    () => program('ls', 'ls (GNU coreutils) 9.1'),
    "ls is no User-Mode Linux: its --version has printed 'ls (GNU coreutils) 9.1', which is no release",
  ],
  [
    'a release that leads out of the results',
    () => program('linux', '../..'),
    "linux is no User-Mode Linux: its --version has printed '../..', which is no release",
  ],
] as const)('%s is refused', ([, path, message]) => {
  expect(() => userModeKernel(path())).toThrow(message.replace('’', "'"));
});

test('--build um: makes it with ARCH=um', async ({ lab, onTestFinished }) => {
  const root = guestProject('', onTestFinished);
  mkdirSync(join(root, 'linux'));
  writeFileSync(join(root, 'linux/Makefile'), 'linux:\n\t@echo $(ARCH): no compiler; exit 1\n');
  writeFileSync(join(root, 'linux/.config'), '');
  const { exitCode, stderr } = await hairpin(lab.namespace('host'), ['test', '--build', 'um:linux'], { cwd: root });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 3 });
  expect(stderr).toMatch(
    /^make -C linux -j\d+ ARCH=um linux\nhairpin: make -C linux -j\d+ ARCH=um linux failed \(exit code 2\):\n(?: {2}.*\n)* {2}um: no compiler\n/,
  );
});
