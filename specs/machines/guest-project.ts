import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../doc-samples.ts';

/** A test for a guest, where an answer takes its time: a ── b. */
export const A_REACHES_B = `async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b, { within: 30_000 });
}`;

/** A project of one file of tests, `some.test.ts`, in the checkout, so that it finds vitest; removed after the test. */
export function guestProject(tests: string, onTestFinished: (clean: () => void) => void): string {
  const root = mkdtempSync(join(ROOT, '.evidence-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(
    join(root, 'vitest.config.ts'),
    `import config from '${join(ROOT, 'vitest.config.ts')}';
     import { hairpin } from '${join(ROOT, 'lib/config.ts')}';
     // In a guest ten times as long: beside other specs it gets a third of a processor.
     export default { ...config, plugins: [hairpin()], test: { include: ['*.test.ts'], testTimeout: 20_000 } };`,
  );
  writeFileSync(join(root, 'some.test.ts'), tests);
  return root;
}
