import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';
import { runProject } from './evidence-project.ts';

// host: vitest, on a test that it retries, and one that it repeats; which attempts fail is in their networks' names
const TESTS = `import { test } from 'hairpin';
let attempts = 0;
test('retried', { retry: 3 }, ({ lab }) => {
  lab.namespace('retried' + ++attempts);
  if (attempts <= FAILURES) throw new Error('not yet');
});
let rounds = 0;
test('repeated', { repeats: 2 }, ({ lab }) => {
  lab.namespace('round' + ++rounds);
  if (rounds === 2 && FAILURES > 0) throw new Error('the second');
});`;

test('each failed attempt keeps its own evidence, until a run in which it does not fail', async ({
  lab,
  onTestFinished,
}) => {
  const tests = (failures: number) => TESTS.replaceAll('FAILURES', String(failures));
  const { root, results, folders } = await runProject(lab, '', tests(3), onTestFinished);
  const [retried, repeated] = ['some.test.ts-retried', 'some.test.ts-repeated'];
  expect(folders).toEqual([`${repeated}-attempt2`, retried, `${retried}-attempt2`, `${retried}-attempt3`]);
  const states = await Promise.all(folders.map((name) => readFile(join(results, name, 'state.txt'), 'utf8')));
  expect(states.map((state) => state.split(' ')[0])).toEqual(['round2', 'retried1', 'retried2', 'retried3']);
  const again = async (failures: number) => {
    await writeFile(join(root, 'some.test.ts'), tests(failures));
    await startVitest(lab.namespace(`again${failures}`), [], { root });
    return readdir(results);
  };
  expect(await again(1)).toEqual([`${repeated}-attempt2`, retried]);
  expect(await again(0)).toEqual([]);
});
