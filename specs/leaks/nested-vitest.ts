import { fileURLToPath } from 'node:url';
import type { Namespace, Subprocess } from 'hairpin';
import { PLAIN_OUTSIDE_OF_RUN } from '../outside-of-run.ts';

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
    env: { ...PLAIN_OUTSIDE_OF_RUN, ...env },
    cwd: root,
    reject: false,
    all: true,
  });
}
