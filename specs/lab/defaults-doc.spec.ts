import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { projectFolder, ROOT, samplesOf } from '../doc-samples.ts';
import { startVitest } from '../leaks/nested-vitest.ts';

// host: the page's spec, run as its reader would
test('the spec in docs/lab-defaults.md passes', async ({ lab, onTestFinished }) => {
  const [sample = ''] = samplesOf(await readFile(join(ROOT, 'docs/lab-defaults.md'), 'utf8'), 'spec');
  const folder = await projectFolder(onTestFinished);
  await writeFile(join(folder, 'sample.test.ts'), sample);
  const config = `import { hairpin } from 'hairpin/config';
    import { defineConfig } from 'vitest/config';
    export default defineConfig({ plugins: [hairpin({ trace: 'off' })] });`;
  await writeFile(join(folder, 'vitest.config.ts'), config);
  const args = ['--config', join(folder, 'vitest.config.ts')];
  const { exitCode, all } = await startVitest(lab.namespace('host'), args, { root: folder });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('1 passed') });
});
