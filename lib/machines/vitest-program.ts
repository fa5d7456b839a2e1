import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { KernelUnavailable } from './kernel.ts';

/**
 * The project's own vitest, to be run by this Node: no npm or npx in between, which take seconds where there is no KVM.
 *
 * @throws KernelUnavailable when the project has none
 */
export function vitestCommand(root: string): string[] {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('vitest/package.json');
    return [process.execPath, join(dirname(manifest), 'vitest.mjs')];
  } catch {
    throw new KernelUnavailable(`there is no vitest for ${root}: npm install --save-dev vitest`);
  }
}
