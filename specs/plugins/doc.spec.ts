import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { projectFolder, ROOT, samplesOf } from '../doc-samples.ts';
import { startVitest } from '../leaks/nested-vitest.ts';

const CONFIG = `import { hairpin } from 'hairpin/config';
export default { plugins: [hairpin()], test: { testTimeout: 60_000 } };`;

// host: the samples of docs/cni.md, run as its reader would, with the package as it is built
test('the samples of docs/cni.md pass', async ({ lab, onTestFinished }) => {
  const folder = await projectFolder(onTestFinished);
  const samples = samplesOf(await readFile(join(ROOT, 'docs/cni.md'), 'utf8'), 'spec');
  expect(samples).toHaveLength(6);
  await writeFile(join(folder, 'vitest.config.ts'), CONFIG);
  for (const [index, sample] of samples.entries()) await writeFile(join(folder, `sample${index}.test.ts`), sample);
  const { exitCode, all } = await startVitest(lab.namespace('host'), ['--config', join(folder, 'vitest.config.ts')], {
    root: folder,
  });
  expect({ exitCode, all }).toEqual({ exitCode: 0, all: expect.not.stringContaining('failed') });
});
