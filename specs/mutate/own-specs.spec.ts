import { expect, test } from 'hairpin';
import { mutate, ROOT } from './mutate-project.ts';

// shell: hairpin mutate, on this project's own specs of the article
test('the specs of the article notice every knob of their network', { timeout: 300_000 }, async ({ lab }) => {
  const { exitCode, stdout, stderr } = await mutate(lab, ['specs/article', '--json'], ROOT);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { vacuous, unmoved, survivors, mutants } = JSON.parse(stdout);
  expect({ vacuous, unmoved, survivors }).toEqual({ vacuous: [], unmoved: [], survivors: [] });
  expect(mutants).toBeGreaterThan(50);
});
