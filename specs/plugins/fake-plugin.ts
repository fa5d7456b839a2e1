import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type Namespace } from 'hairpin';

/** `node`, and `plugin(script)`, which makes a CNI plugin `fake` of a script, and gives the path to find it by. */
export const test = base.extend<{ node: Namespace; plugin: (script: string) => Promise<[folder: string]> }>({
  node: async ({ lab }, use) => use(lab.namespace('node')),
  plugin: async ({ task: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'hairpin-cni-'));
    await use(async (script) => {
      await writeFile(join(folder, 'fake'), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, 'fake'), 0o755);
      return [folder];
    });
    await rm(folder, { recursive: true });
  },
});
