import './base/needs-node.ts';

import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import { ownFile } from './base/own-file.ts';
import { checkBoolean, checkFileName, checkOneOf, checkOptions } from './base/validate.ts';
import { harmless } from './base/visible-text.ts';
import { onceInThread } from './kernel/threads/once-in-thread.ts';
import { checkNamespaces, namespacedForks, POOL } from './pool.ts';
import {
  DEFAULT_DIAGNOSE,
  DEFAULT_TRACE_MODE,
  DIAGNOSES,
  type Diagnose,
  TRACE_MODES,
  type TraceMode,
} from './report/failure/failure-modes.ts';
import { whyNotCleared } from './report/failure/why-not-kept.ts';
import { resultsFolder } from './report/results.ts';
import { balancedSequencer } from './report/runs/balanced-sequencer.ts';
import { mergedMachines, patience, projectName, thisMachine } from './report/runs/project-name.ts';
import { CONSOLE } from './report/runs/running-tests.ts';
import { pauseOnFailure } from './shell/pause-on-failure.ts';

export interface HairpinOptions {
  /**
   * When a test's evidence is kept in `test-results/`: its capture, a script that rebuilds its lab, the state of every
   * namespace, drawings. What `hairpin/reporter` draws does not depend on it. @default 'retain-on-failure'
   */
  trace?: TraceMode;
  /**
   * How a failed question is explained. `probe` sends one more probe, and has the kernel report which rule or function
   * dropped it. `passive` sends nothing, for specs that count packets (`limit`, counters, dynamic sets). No rule is then
   * named. @default 'probe'
   */
  diagnose?: Diagnose;
  /**
   * Where `hairpin/reporter` records how long each test file took. `--shard` balances the shards by this file. All shards
   * must have the same one: committed, or from CI's cache. @default 'test-results/durations.json'
   */
  durations?: string;
  /**
   * Holds a failing test, as `lab.pause()` would at the failing line: the terminal shows the failure and the network, and takes the
   * commands of `hairpin shell`. Without a terminal it prints how to enter from another one. Spec files then run one after the
   * other, once, without time-outs but those that a test names itself. Where `CI` is set it does nothing, since nobody is there to go on. @default false
   *
   * @example hairpin({ pauseOnFailure: process.env.PAUSE === '1' })
   */
  pauseOnFailure?: boolean;
}

const TELL_CONSOLE = ownFile('./matchers/tell-console.ts', import.meta.url);
/** hairpin's own files: Node loads them itself, from a linked package as from an installed one. Vite takes five times as long. */
const OWN_FILES = pathsUnder(fileURLToPath(new URL('.', import.meta.url)));
/** The source has `using`, which Node knows from version 24 on; the package is compiled for older ones, too. */
const NODE_LOADS_THEM = extname(import.meta.url) === '.js' || 'SuppressedError' in globalThis;
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
  checkOptions('hairpin', options, ['trace', 'diagnose', 'durations', 'pauseOnFailure']);
  checkBoolean('hairpin', 'pauseOnFailure', options.pauseOnFailure);
  checkFileName('hairpin', 'durations', options.durations);
  // null is no way to leave it to the default.
  const { trace: wanted = DEFAULT_TRACE_MODE, diagnose: asked = DEFAULT_DIAGNOSE } = options;
  const trace = checkOneOf('hairpin', 'trace', wanted, TRACE_MODES);
  const diagnose = checkOneOf('hairpin', 'diagnose', asked, DIAGNOSES);
  const machine = thisMachine();
  let warned = false;
  return {
    name: 'hairpin',
    config: ({ root = process.cwd(), test }) => {
      const durations = resolve(root, options.durations ?? DEFAULT_DURATIONS);
      const results = resultsFolder(resolve(root));
      const { sequencer, shuffle } = test?.sequence ?? {};
      return {
        test: {
          server: { deps: { external: NODE_LOADS_THEM ? [OWN_FILES] : [] } },
          provide: { hairpin: { trace, diagnose, results, durations, ...(machine ? { machine } : {}) } },
          ...(machine ? { name: projectName(labelOf(test?.name), machine), ...timeouts(test) } : {}),
          ...(process.env[CONSOLE] ? { setupFiles: [TELL_CONSOLE] } : {}),
          ...(test?.pool === undefined ? { pool: namespacedForks() } : {}),
          // A project that shares its root's server takes the root's config as it was before this hook: no pool of ours.
          ...(test?.projects ? { sharedViteServer: false } : {}),
          // A sequencer of the config's own would take the place of vitest's that shuffles.
          ...(sequencer || shuffle ? {} : { sequence: { sequencer: balancedSequencer(durations) } }),
        },
      };
    },
    // Where reports of several kernels are merged, vitest has to know the projects that are named in them.
    async configureVitest({ vitest, project, injectTestProjects }) {
      // A project that has this plugin of the root's has its own name put over what the hook above says.
      if (machine) project.config.name = projectName(project.config.name, machine);
      if (!vitest.config.mergeReports) {
        // Before a worker is started, of which there are many; once for all projects.
        if (project.config.pool === POOL && !checked.has(vitest)) {
          checkNamespaces();
          checked.add(vitest);
        }
        const obstacle = trace === 'off' ? undefined : whyNotCleared(resultsFolder(project.config.root));
        if (options.pauseOnFailure) pauseOnFailure(vitest, project);
        if (obstacle && !warned)
          vitest.logger.warn(harmless(`hairpin: no evidence can be kept in its place: ${obstacle}`));
        warned ||= obstacle !== undefined;
        return;
      }
      // What is merged is made of blobs, and no blob; vitest refuses it otherwise, though it is the config that says so.
      if (mergedMachines().length > 0)
        vitest.config.reporters = vitest.config.reporters.filter(
          (each) => (Array.isArray(each) ? each[0] : each) !== 'blob',
        );
      const { configFile } = project.vite.config;
      for (const merged of mergedMachines()) {
        const test = { name: projectName(project.name, merged) };
        await injectTestProjects(configFile ? { extends: configFile, test } : { test });
      }
    },
  };
}

/** The runs whose machine has been tried: each project that has the plugin may load this module again. */
const checked = onceInThread('checked-namespaces', () => new WeakSet<object>());

function pathsUnder(folder: string): RegExp {
  return new RegExp(`^${folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
}

/** vitest's defaults, and those of the config, are meant for a processor, not for one that is translated. */
function timeouts({ testTimeout = 5000, hookTimeout = 10_000 }: { testTimeout?: number; hookTimeout?: number } = {}) {
  return { testTimeout: testTimeout * patience(), hookTimeout: hookTimeout * patience() };
}

function labelOf(name: string | { label: string } | undefined): string | undefined {
  return typeof name === 'object' ? name.label : name;
}
