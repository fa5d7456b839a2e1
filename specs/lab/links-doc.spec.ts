import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';
import { describeNeeding, describeOpeningTaps } from '../needs.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describeNeeding(['macvtap'], () => {
  describeOpeningTaps(() => {
    // host: the page's spec, run as its reader would
    test('the spec in docs/links.md passes', { timeout: 60_000 }, async ({ lab, onTestFinished }) => {
      const page = await readFile(join(ROOT, 'docs/links.md'), 'utf8');
      const [, sample] = /^```ts spec\n(.*?)^```$/ms.exec(page) ?? [];
      // In the package itself, where `hairpin` is its own name (Node's self-reference).
      const folder = await mkdtemp(join(ROOT, '.links-'));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      await writeFile(join(folder, 'sample.test.ts'), sample as string);
      const config = `import { hairpin } from 'hairpin/config';
        import { defineConfig } from 'vitest/config';
        export default defineConfig({ plugins: [hairpin({ trace: 'off' })] });`;
      await writeFile(join(folder, 'vitest.config.ts'), config);
      const { exitCode, all } = await startVitest(
        lab.namespace('host'),
        ['--config', join(folder, 'vitest.config.ts')],
        { root: folder },
      );
      expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('1 passed') });
    });
  });
});
