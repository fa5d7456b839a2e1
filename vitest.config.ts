import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestUserConfig } from 'vitest/config';
import { hairpin } from './lib/config.ts';

/** Specs import hairpin by its name, as a user's do; here that is the source. */
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Specs that put modules in the place of hairpin's own, load them again, or need a thread that has kept nothing yet. */
export const ALONE = [
  'specs/lab/descriptors.spec.ts',
  'specs/lab/linkwatch.spec.ts',
  'specs/lab/loaded-again.spec.ts',
  'specs/matchers/mended-meanwhile.spec.ts',
  'specs/netlink/faked-kernel.spec.ts',
  'specs/probes/ask.spec.ts',
  'specs/probes/keep-asking.spec.ts',
  'specs/probes/keep-asking-busy.spec.ts',
  'specs/probes/keep-asking-long.spec.ts',
  'specs/probes/neighbour-room.spec.ts',
  'specs/trace/machine-losses.spec.ts',
];

/** Specs that start vitest, npm or hairpin as programs, or take Docker, QEMU, a browser or other network software. */
export const PROGRAMS = [
  'specs/{ci,cli,containers,leaks,machines,mutate,plugins,uplink}/**/*.spec.ts',
  'specs/{cookbook/doc,inspect,package,pools,readme}.spec.ts',
  'specs/lab/defaults-doc.spec.ts',
  'specs/matchers/{awaited,forgotten,passive,time-out-reporters}.spec.ts',
  'specs/report/{annotations,beside-others,evidence,evidence-*,html-*,live-line,picture,results-in-the-way,stability,thousand-tests,unwaited,watch}.spec.ts',
];

/** Of those, the specs that put modules in the place of hairpin's own. */
const PROGRAMS_ALONE = ['specs/leaks/failing-calls.spec.ts'];

/** Of those, the specs that boot kernels. */
export const MACHINES = [
  'specs/cli/shell-on-kernel.spec.ts',
  'specs/machines/{build,fail-on-warning,gdb,kill,lock-results,machine,snapshot,test-command,user-mode}.spec.ts',
];

/** Vite loads hairpin's files for specs that put other modules in their place. Node loads them for the others, in a fifth of the time. */
const LOADED_BY_VITE = { server: { deps: { inline: [/\/lib\/.*\.tsx?$/] } } };

/** As negated patterns, not as `exclude`, which would take the place of the command line's. */
const without = (patterns: string[]) => patterns.map((pattern) => `!${pattern}`);
const CORE = ['specs/**/*.spec.{ts,tsx}', ...without([...ALONE, ...PROGRAMS])];

/** A project of specs that take their time. */
function withPrograms(name: string, include: string[], more: TestUserConfig = {}) {
  return {
    extends: true as const,
    test: { name, include, testTimeout: 240_000, hookTimeout: 240_000, expect: { poll: { timeout: 60_000 } }, ...more },
  };
}

// Specs start hairpin as a program hundreds of times, in TypeScript: Node keeps what it has compiled, for the guests as well.
process.env['NODE_COMPILE_CACHE'] ??= source('./node_modules/.cache/node');

export default defineConfig({
  // Most failures here are wanted, by specs of their messages.
  plugins: [hairpin({ trace: 'off' })],
  resolve: {
    alias: [
      { find: /^hairpin$/, replacement: source('./lib/index.ts') },
      { find: /^hairpin\/lab$/, replacement: source('./lib/lab.ts') },
      { find: /^hairpin\/containers$/, replacement: source('./lib/containers/index.ts') },
      { find: /^hairpin\/plugins$/, replacement: source('./lib/plugins/index.ts') },
      { find: /^hairpin\/reporter$/, replacement: source('./lib/report/runs/reporter.ts') },
      { find: /^hairpin\/config$/, replacement: source('./lib/config.ts') },
    ],
  },
  test: {
    setupFiles: ['specs/compare-diagrams.ts'],
    includeTaskLocation: true,
    // Node knows no JSX.
    server: { deps: { inline: [/\/lib\/report\/html\//] } },
    projects: [
      // What the library says of networks: `npm test`. A worker takes one file after the other, since starting one for
      // each file takes longer than most files.
      { extends: true, test: { name: 'core', include: CORE, isolate: false } },
      { extends: true, test: { name: 'core-alone', include: ALONE, ...LOADED_BY_VITE } },
      // And with the rest: `npm run test:all`.
      withPrograms('programs', [...PROGRAMS, ...without([...PROGRAMS_ALONE, ...MACHINES])]),
      withPrograms('programs-alone', PROGRAMS_ALONE, LOADED_BY_VITE),
      // A guest that gets a fifth of a processor takes minutes to begin, and vitest in it gives its workers one.
      withPrograms('machines', MACHINES, { maxWorkers: availableParallelism(), sequence: { groupOrder: 1 } }),
    ],
    // Specs wait for programs and machines more than they compute; vitest's own would be one worker on two processors.
    maxWorkers: Math.max(5, availableParallelism() - 1),
    // A failure on CI is understood from its message alone.
    chaiConfig: { truncateThreshold: 0 },
    // What hangs is to fail, not what waits its turn: on a busy machine a test may get a tenth of a processor.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
