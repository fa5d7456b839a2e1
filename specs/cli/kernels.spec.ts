import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { hairpin } from './hairpin.ts';

const MUST_BE =
  'must be a bzImage, a folder with one, um, um:FOLDER, newest, or the version of a package such as 6.1.0-40-amd64';

function timeoutRefused(seconds: string) {
  const rule = 'It must be a whole number of seconds from 1 to 2147483\\.';
  const message = new RegExp(`^error: option '--timeout <seconds>' argument '${seconds}' is invalid\\. ${rule}`);
  return [['test', '--timeout', seconds, '--kernel', 'x'], 2, message] as const;
}

function muteRefused(word: string) {
  const message =
    `error: option '--append <arguments>' with '${word}' keeps warnings from the console, where --fail-on-warning looks ` +
    'for them: leave it out, or take loglevel=5 or more';
  const args = ['test', '--kernel', 'x', '--fail-on-warning', '--append', `loglevel=7 ${word} debug=1`];
  return [args, 2, new RegExp(`^${message}`)] as const;
}

// host: hairpin, asked for kernels that are not there
test.for([
  [['test', '--kernel', '/nonexistent'], 2, "hairpin: --kernel '/nonexistent': there is no such file or folder"],
  [
    ['test', '--kernel', '/etc'],
    2,
    "hairpin: --kernel '/etc': the folder has no kernel: neither arch/x86/boot/bzImage of a build, nor a vmlinuz-… or " +
      'bzImage in it or in its boot/',
  ],
  [
    ['test', '--kernel', '/etc/passwd'],
    2,
    'hairpin: --kernel \'/etc/passwd\': /etc/passwd is no bzImage of Linux: it has no boot header ("HdrS" at 0x202)',
  ],
  [['test', '--kernel', 'nope'], 2, `hairpin: --kernel ${MUST_BE}: received 'nope'. See: hairpin kernels`],
  [['modes', '--kernel', 'nope'], 2, `hairpin: --kernel ${MUST_BE}: received 'nope'. See: hairpin kernels`],
  [['test', '--kernel', ''], 2, /^error: option '--kernel <kernel>' argument '' is invalid\. It must not be empty\./],
  [['kernels', 'fetch', '1.2.3'], 2, `hairpin: version ${MUST_BE}: received '1.2.3'. See: hairpin kernels`],
  [
    ['kernels', 'fetch', ''],
    2,
    /^error: command-argument value '' is invalid for argument 'version'\. It must not be empty\./,
  ],
  [
    ['kernels', '/nonexist'],
    2,
    "hairpin: kernels: there is no folder '/nonexist'; without one it lists the packages of apt",
  ],
  [
    ['bisect', '--good', '', '--bad', ''],
    2,
    /^error: option '--good <kernel>' argument '' is invalid\. It must not be empty\./,
  ],
  [
    ['bisect', '--good', '6.1', '--bad', '6.1'],
    2,
    /^error: options '--good' and '--bad' need two kernels: received '6\.1' for both/,
  ],
  [
    ['bisect', '--good', 'nope', '--bad', '6.1'],
    2,
    `hairpin: --good ${MUST_BE}: received 'nope'. See: hairpin kernels`,
  ],
  [
    ['test', '--in-container', ''],
    2,
    /^error: option '--in-container \[image\]' argument '' is invalid\. It must not be empty\./,
  ],
  [['test', '--live'], 2, /^error: option '--live' is for other kernels: it needs --kernel or --build/],
  [
    ['test', '--fail-on-warning'],
    2,
    /^error: option '--fail-on-warning' is for other kernels: it needs --kernel or --build/,
  ],
  ...['quiet', 'loglevel=4'].map((word) => muteRefused(word)),
  [['test', '--build', '/nonexistent'], 2, "hairpin: --build '/nonexistent': there is no such folder"],
  [['test', '--build', ''], 2, /^error: option '--build <tree>' argument '' is invalid\. It must not be empty\./],
  // Before the other is built or fetched.
  [
    ['test', '--build', '/etc', '--kernel', 'nope'],
    2,
    /^hairpin: --build '\/etc': it must be the tree of a configured kernel: it has no Makefile$/,
  ],
  [
    ['test', '--build', '/etc', '--in-container'],
    2,
    /^error: option '--in-container \[image\]' cannot be used with option '--build <tree>'/,
  ],
  [['test', '--cpus', '2'], 2, /^error: option '--cpus <number>' is for other kernels: it needs --kernel/],
  [
    ['test', '--memory', '512', '--in-container'],
    2,
    /^error: option '--memory <MiB>' is for other kernels: it needs --kernel/,
  ],
  ...['soon', '', '0', '2147484'].map((seconds) => timeoutRefused(seconds)),
  [['modes', '--diff', '--kernel', '6.1'], 2, /^error: option '--diff' needs two or more of --kernel/],
  [['bisect', '--good', '6.1', '--', 'specs'], 2, /^error: required option '--bad <kernel>' not specified/],
] as const)('hairpin %j', async ([args, exitCode, message], { lab }) => {
  const result = await hairpin(lab.namespace('host'), args);
  expect(result).toMatchObject({ exitCode, stdout: '' });
  if (typeof message === 'string') expect(result.stderr).toBe(message);
  else expect(result.stderr).toMatch(message);
});

test('kernels of a folder, in words and as JSON; an empty one has none, and exits with 1', async ({
  lab,
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-kernels-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const host = lab.namespace('host');
  expect(await hairpin(host, ['kernels', folder])).toMatchObject({
    exitCode: 1,
    stdout:
      'There are none: neither arch/x86/boot/bzImage of a build, nor a vmlinuz-… or bzImage in it or in its boot/.',
  });

  // The header of an image: Documentation/arch/x86/boot.rst.
  const image = Buffer.alloc(2048);
  image.write('HdrS', 0x202, 'latin1');
  image.writeUInt16LE(0x300, 0x20e);
  image.write('6.1.0-40-amd64 (builder@host)\0', 0x500, 'latin1');
  writeFileSync(join(folder, 'bzImage'), image);
  const kernel = { name: '6.1.0-40-amd64', release: '6.1.0-40-amd64', image: join(folder, 'bzImage') };
  expect(JSON.parse((await hairpin(host, ['kernels', folder, '--json'])).stdout)).toMatchObject([kernel]);
  const { exitCode, stdout } = await hairpin(host, ['kernels', folder]);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/\s+/).slice(0, 3))).toEqual([
    ['name', 'release', 'image'],
    [kernel.name, kernel.release, kernel.image],
  ]);
});

test('where no spec ran there is no fragment, which would look complete', async ({ lab }) => {
  const { exitCode, stdout, stderr } = await hairpin(lab.namespace('host'), ['kernels', 'config', 'nosuch']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain("hairpin kernels config: no spec of 'nosuch' has asked the kernel for anything");
});
