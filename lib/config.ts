import { resolve } from 'node:path';
import type { Plugin } from 'vitest/config';
import { checkOneOf, checkOptions, show, UsageError } from './lab/validate.ts';
import { namespacedForks } from './pool.ts';
import { balancedSequencer } from './report/balanced-sequencer.ts';
import { DEFAULT_TRACE_MODE, TRACE_MODES, type TraceMode } from './report/trace-mode.ts';

export interface HairpinOptions {
  /**
   * When a test's evidence is kept in `test-results/`: its capture, a script that rebuilds its lab, the state of every
   * namespace, drawings. @default 'retain-on-failure'
   */
  trace?: TraceMode;
  /**
   * Where `hairpin/reporter` writes down how long each test file took, by which `--shard` then shares them out. All
   * shards must have the same one: committed, or from CI's cache. @default 'test-results/durations.json'
   */
  durations?: string;
}

const DEFAULT_DURATIONS = 'test-results/durations.json';

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
export function hairpin(options: HairpinOptions = {}): Plugin {
  checkOptions('hairpin', options, ['trace', 'durations']);
  if (options.durations !== undefined && typeof options.durations !== 'string')
    throw new UsageError(`hairpin: durations must be a file's name: received ${show(options.durations)}`);
  const trace = checkOneOf('hairpin', 'trace', options.trace ?? DEFAULT_TRACE_MODE, TRACE_MODES);
  return {
    name: 'hairpin',
    config: ({ root = process.cwd(), test }) => {
      const durations = resolve(root, options.durations ?? DEFAULT_DURATIONS);
      const { sequencer, shuffle } = test?.sequence ?? {};
      return {
        test: {
          provide: { hairpin: { trace, results: resolve(root, 'test-results'), durations } },
          ...(test?.pool === undefined ? { pool: namespacedForks() } : {}),
          // A sequencer of the config's own would take the place of vitest's that shuffles.
          ...(sequencer || shuffle ? {} : { sequence: { sequencer: balancedSequencer(durations) } }),
        },
      };
    },
  };
}
