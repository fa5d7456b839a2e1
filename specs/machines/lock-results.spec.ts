import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'hairpin';
import { MAIN } from '../cli/hairpin.ts';
import { kernelHere } from './kernel-here.ts';

// host: hairpin, in a project whose results another run works on (flock of util-linux in its place)
test.for(['test', 'bisect'])(
  'hairpin %s leaves the results of another run alone, and says so',
  async (command, { lab, skip, onTestFinished }) => {
    const { image, release } = kernelHere(skip);
    const root = mkdtempSync(join(tmpdir(), 'hairpin-lock-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    const results = join(root, 'test-results');
    for (const name of [release, 'blobs']) mkdirSync(join(results, name), { recursive: true });
    const theirs = [join(results, release, 'console.log'), join(results, 'blobs', `${release}.json`)];
    for (const file of theirs) writeFileSync(file, 'of the other run');
    const host = lab.namespace('host');
    const other = host.exec('flock', [results, 'sh', '-c', 'echo locked; exec cat'], { stdin: 'pipe', reject: false });
    await once(other.stdout, 'data');
    const words =
      command === 'test' ? ['--kernel', image] : ['--good', image, '--bad', dirname(image), `${dirname(image)}/`];
    const { exitCode, stderr } = await host.exec(process.execPath, [MAIN, command, ...words, '--', 'none.test.ts'], {
      cwd: root,
      reject: false,
    });
    expect(stderr).toContain(
      'another run on kernels is under way in this project, and uses test-results/: wait for its end',
    );
    expect(exitCode).toBe(3);
    expect(theirs.filter(existsSync)).toEqual(theirs);
  },
);

// host: hairpin test --build, whose results another run works on
test('no kernel is built whose results another run keeps', async ({ lab, onTestFinished }) => {
  const root = mkdtempSync(join(tmpdir(), 'hairpin-lock-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['linux', 'test-results']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'linux/Makefile'), 'bzImage:\n\ttouch made\n');
  writeFileSync(join(root, 'linux/.config'), '');
  const host = lab.namespace('host');
  const other = host.exec('flock', ['test-results', 'sh', '-c', 'echo locked; exec cat'], {
    ...{ cwd: root, stdin: 'pipe', reject: false },
  });
  await once(other.stdout, 'data');
  const { exitCode, stderr } = await host.exec(process.execPath, [MAIN, 'test', '--build', 'linux'], {
    cwd: root,
    reject: false,
  });
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('another run on kernels'),
  });
  expect(existsSync(join(root, 'linux/made'))).toBe(false);
});
