import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from 'hairpin';
import { hairpin } from '../cli/hairpin.ts';
import { PLAIN_OUTSIDE_OF_RUN } from '../outside-of-run.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs `hairpin mutate` on files of a project of their own, whose config is the repository's, with tests of its own. */
export async function mutateProject(
  lab: Lab,
  files: Record<string, string>,
  args: readonly string[],
  onTestFinished: (clean: () => Promise<void>) => void,
  testConfig = "{ include: ['*.test.ts'] }",
) {
  const root = await mkdtemp(join(ROOT, '.mutate-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     export default { ...config, test: ${testConfig} };`,
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  return await mutate(lab, args, root);
}

/** Runs `hairpin mutate` in a folder. */
export async function mutate(lab: Lab, args: readonly string[], cwd: string) {
  const words = args.includes('--') ? args : [...args, '--'];
  // A busy machine must not decide what is found or printed: the bundler of configs warns of plugins that are slow there.
  return await hairpin(lab.namespace('shell'), ['mutate', ...words, '--testTimeout=60000', '--configLoader=native'], {
    cwd,
    env: PLAIN_OUTSIDE_OF_RUN,
  });
}
