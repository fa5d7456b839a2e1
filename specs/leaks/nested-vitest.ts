import { fileURLToPath } from 'node:url';
import type { Namespace, Subprocess } from 'hairpin';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/** Starts vitest on this project, or another, inside a namespace of a lab, which is then its host's own network. */
export function startVitest(
  host: Namespace,
  args: readonly string[],
  { root = ROOT, env = {}, wrapper = [] }: { root?: string; env?: Record<string, string>; wrapper?: string[] } = {},
): Subprocess {
  const [file = process.execPath, ...words] = [...wrapper, process.execPath];
  return host.exec(file, [...words, VITEST, 'run', '--root', root, '--no-cache', ...args], {
    // A run inside a run must not take the outer worker's settings for its own.
    env: {
      VITEST: undefined,
      VITEST_WORKER_ID: undefined,
      VITEST_POOL_ID: undefined,
      NODE_OPTIONS: undefined,
      FORCE_COLOR: undefined,
      NO_COLOR: '1',
      ...env,
    },
    cwd: root,
    reject: false,
    all: true,
  });
}
