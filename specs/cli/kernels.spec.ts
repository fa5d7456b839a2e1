import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { hairpin } from './hairpin.ts';

// host: hairpin, asked for kernels that are not there
test.for([
  [['test', '--kernel', '/nonexistent'], 3, 'hairpin: --kernel /nonexistent: there is no such file or folder'],
  [['test', '--kernel', '/etc'], 3, /^hairpin: \/etc has no kernel: neither arch\/x86\/boot\/bzImage of a build, nor /],
  [['test', '--kernel', '/etc/passwd'], 3, /^hairpin: \/etc\/passwd is no bzImage of Linux: /],
  [
    ['test', '--timeout', 'soon', '--kernel', 'x'],
    2,
    /^error: option '--timeout <seconds>' argument 'soon' is invalid\. a whole number from 1 on is needed\./,
  ],
  [['modes', '--diff', '--kernel', '6.1'], 2, /^error: option '--diff' needs two or more of --kernel/],
  [['bisect', '--good', '6.1', '--', 'specs'], 2, /^error: required option '--bad <kernel>' not specified/],
] as const)('hairpin %j', { timeout: 30_000 }, async ([args, exitCode, message], { lab }) => {
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
  expect(await hairpin(host, ['kernels', folder])).toMatchObject({ exitCode: 1, stdout: 'There are none.' });

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
