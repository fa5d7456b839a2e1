import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** a ── p0 (isolated) sw (isolated) p1 ── b: the network of a project's tests. */
export const ISOLATE = `import { expect, test } from 'hairpin';
function isolate(lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
  return { a, b };
}
`;

/** Tests that fail by other matchers than `toReach`. */
export const OTHERS_FAIL = `test('hears', async ({ lab }) => {
  const { a, b } = isolate(lab);
  await expect(b).toHear(a, { frame: 'arp' });
});
test('matches', async ({ lab }) => {
  isolate(lab);
  await expect(lab).toMatchReachability('a b\\na . ✓\\nb ✓ .');
});
test('behaves', async ({ macvlanPair }) => {
  await expect(macvlanPair({ mode: 'private' })).toBehaveAs('bridge');
});`;

/** Runs tests as a project of their own, with the plugin's options as they are written, and tells what is left of it. */
export async function runProject(
  lab: Lab,
  options: string,
  tests: string,
  onTestFinished: (clean: () => Promise<void>) => void,
) {
  const root = await mkdtemp(join(ROOT, '.evidence-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     import { hairpin } from '${ROOT}lib/config.ts';
     export default { ...config, plugins: [hairpin(${options})], test: { include: ['*.test.ts'], testTimeout: 60_000 } };`,
  );
  await writeFile(join(root, 'some.test.ts'), tests);
  const json = join(root, 'report.json');
  const { all } = await startVitest(
    lab.namespace('host'),
    ['--reporter=json', '--reporter=default', `--outputFile.json=${json}`],
    { root },
  );
  const results = join(root, 'test-results');
  const folders = await readdir(results).catch(() => []);
  return { root, all: String(all), results, folders, json: JSON.parse(await readFile(json, 'utf8')) };
}
