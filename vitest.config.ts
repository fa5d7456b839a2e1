import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { hairpin } from './lib/config.ts';

/** Specs import hairpin by its name, as a user's do; here that is the source. */
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const SPECS = ['specs/**/*.spec.ts'];

const OTHERS = [
  'specs/{ci,cli,containers,leaks,machines,mutate,plugins,uplink}/**/*.spec.ts',
  'specs/{package,pools,readme}.spec.ts',
  'specs/lab/links-doc.spec.ts',
  'specs/matchers/awaited.spec.ts',
  'specs/report/{annotations,beside-others,evidence,evidence-*,html-report,live-line,thousand-tests}.spec.ts',
];

export default defineConfig({
  // Most failures here are wanted, by specs of their messages.
  plugins: [hairpin({ trace: 'off' })],
  resolve: {
    alias: [
      { find: /^hairpin$/, replacement: source('./lib/index.ts') },
      { find: /^hairpin\/lab$/, replacement: source('./lib/lab.ts') },
      { find: /^hairpin\/containers$/, replacement: source('./lib/containers/index.ts') },
      { find: /^hairpin\/plugins$/, replacement: source('./lib/plugins/index.ts') },
      { find: /^hairpin\/reporter$/, replacement: source('./lib/report/reporter.ts') },
      { find: /^hairpin\/config$/, replacement: source('./lib/config.ts') },
    ],
  },
  test: {
    projects: [
      // What the library says of a network. `npm test` runs this project alone. Its specs leave nothing behind in their
      // worker, so that each worker takes one file after the other.
      { extends: true, test: { name: 'core', include: SPECS, exclude: OTHERS, isolate: false } },
      // What starts vitest, npm or hairpin as programs, or takes Docker, QEMU, a browser or others' network software.
      { extends: true, test: { name: 'programs', include: OTHERS } },
    ],
    // Specs wait for programs and machines more than they compute; vitest's own would be one worker on two processors.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // Three at once, on a machine that has but two processors and boots kernels besides.
    testTimeout: 20_000,
  },
});
