import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { MAIN } from '../cli/hairpin.ts';
import { kernelHere } from './kernel-here.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// this machine: vitest --merge-reports ◀── blob, evidence ── guest: vitest ─ lab ─ a ── b
const TESTS = `import { expect, test } from 'hairpin';
import { release } from 'node:os';
test('passes on ' + release(), async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b, { within: 30_000 });
});
test('fails', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: end } = lab.cable(a, b);
  end.set({ up: false });
  await expect(a).toReach(b, { within: 50 });
});`;

test('a project on two kernels: a project each in one report, with their evidence', { timeout: 300_000 }, async ({
  lab,
  skip,
  onTestFinished,
}) => {
  const { image, release } = kernelHere(skip);
  const root = mkdtempSync(join(ROOT, '.evidence-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     import { hairpin } from '${ROOT}lib/config.ts';
     export default { ...config, plugins: [hairpin()], test: { include: ['*.test.ts'], testTimeout: 60_000 } };`,
  );
  writeFileSync(join(root, 'some.test.ts'), TESTS);

  const { exitCode, all } = await lab
    .namespace('host')
    .exec(
      process.execPath,
      [
        MAIN,
        'test',
        '--kernel',
        image,
        '--kernel',
        image,
        '--',
        '--reporter=json',
        '--outputFile=report.json',
        '--reporter=default',
      ],
      { cwd: root, reject: false, all: true, env: { VITEST: undefined, NO_COLOR: '1', FORCE_COLOR: undefined } },
    );

  expect({ exitCode, all }).toMatchObject({ exitCode: 1 });
  for (const name of [release, `${release}#2`]) {
    expect(all).toMatch(new RegExp(`^${escapeForRegExp(name)}: booted in [\\d.]+ s`, 'm'));
    // One report, in which each file is told apart by its kernel.
    expect(all).toContain(`|${name}| some.test.ts`);
    const folder = `test-results/${name}/some.test.ts-fails`;
    expect(all).toContain(`Capture: ${folder}/lab.pcapng   Reproduce: ${folder}/lab.sh`);
    expect(readdirSync(join(root, folder)).toSorted()).toEqual([
      'lab.pcapng',
      'lab.sh',
      'state.txt',
      'topology.mmd',
      'topology.svg',
    ]);
    expect(readFileSync(join(root, 'test-results', name, 'console.log'), 'utf8')).toContain('hairpin: booted');
  }
  const { testResults } = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'));
  expect(testResults.map(statuses)).toEqual([1, 2].map(() => [`passes on ${release}: passed`, 'fails: failed']));
  // Where it was merged there is nothing but the results.
  expect(existsSync(join(root, 'test-results', 'some.test.ts-fails'))).toBe(false);
});

function statuses({ assertionResults }: { assertionResults: { title: string; status: string }[] }): string[] {
  return assertionResults.map(({ title, status }) => `${title}: ${status}`);
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[.+#]/g, '\\$&');
}
