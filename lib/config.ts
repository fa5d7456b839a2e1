import type { Plugin } from 'vitest/config';
import { namespacedForks } from './pool.ts';

/**
 * The vitest plugin: gives every worker namespaces of its own, so that plain `npx vitest` works, as root and as an
 * ordinary user. A `pool` that the config or the command line names is left alone; vitest's own `forks` and `threads`
 * work as root.
 *
 * @example
 * // vitest.config.ts
 * import { hairpin } from 'hairpin/config';
 * import { defineConfig } from 'vitest/config';
 * export default defineConfig({ plugins: [hairpin()] });
 */
export function hairpin(): Plugin {
  return {
    name: 'hairpin',
    config: ({ test }) => ({ test: test?.pool === undefined ? { pool: namespacedForks() } : {} }),
  };
}
