import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';

// host: vitest, twice, on files and projects whose names look alike
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const fails = (namespace: string) => `import { test } from 'hairpin';
test('X', ({ lab }) => { lab.namespace('${namespace}'); throw new Error('no'); });`;
const PASSES = `import { test } from 'hairpin';
test('X', ({ lab }) => { lab.namespace('c'); });
test('twice', ({ lab }) => { lab.namespace('one'); });
test('twice', ({ lab }) => { lab.namespace('two'); throw new Error('no'); });`;

test('no test writes over the evidence of another, or takes it away', async ({ lab, onTestFinished }) => {
  const root = await mkdtemp(join(ROOT, '.evidence-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     import { hairpin } from '${ROOT}lib/config.ts';
     const project = (name) => ({ ...config, plugins: [hairpin()], test: { name, include: ['**/*.test.ts'], testTimeout: 60_000 } });
     export default { test: { projects: [project('left'), project('right')] } };`,
  );
  await mkdir(join(root, 'a'));
  await writeFile(join(root, 'a-b.test.ts'), fails('first'));
  await writeFile(join(root, 'a/b.test.ts'), fails('second'));
  await writeFile(join(root, 'a b.test.ts'), PASSES);
  const host = lab.namespace('host');
  const folders = async () => (await readdir(join(root, 'test-results'))).filter((name) => !name.includes('.json'));
  const { all } = await startVitest(host, [], { root });
  const kept = await folders();
  expect(String(all)).toContain('6 failed');
  expect(kept.map((name) => name.replace(/-[\da-f]{8}/, '-#'))).toEqual(
    ['left', 'right'].flatMap((project) => [
      ...[`${project}-a-b.test.ts-X-#`, `${project}-a-b.test.ts-X-#`, `${project}-a-b.test.ts-twice-#-2`],
    ]),
  );
  const states = await Promise.all(kept.map((name) => readFile(join(root, 'test-results', name, 'state.txt'), 'utf8')));
  const named = states.map((state) => state.split(' ')[0]);
  for (const half of [named.slice(0, 3), named.slice(3)]) expect(half.toSorted()).toEqual(['first', 'second', 'two']);
  // Alone, it takes away nobody's, and its own has the same name.
  await startVitest(host, ['a b', '--project=left'], { root });
  expect(await folders()).toEqual(kept);
});
