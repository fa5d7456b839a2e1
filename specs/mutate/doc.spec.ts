import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { mutateProject, ROOT } from './mutate-project.ts';

// shell: hairpin mutate, on the spec that docs/mutate.md shows
test('what the documentation shows is what hairpin mutate prints', async ({ lab, onTestFinished }) => {
  const page = await readFile(join(ROOT, 'docs/mutate.md'), 'utf8');
  const [, spec] = /^```ts\n(.*?)^```$/ms.exec(page) ?? [];
  const [, shown] = /^\$ npx hairpin mutate guests\n(.*?)^```$/ms.exec(page) ?? [];
  const { exitCode, stdout } = await mutateProject(lab, { 'guests.test.ts': spec ?? '' }, ['guests'], onTestFinished);
  expect(`${stdout}\n`).toBe(shown);
  expect(exitCode).toBe(1);
});
