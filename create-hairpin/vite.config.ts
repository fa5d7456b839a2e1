import { readFileSync } from 'node:fs';
import type { UserConfig } from 'vite';

/** Bundles `hairpin init` with all that it needs into one file. */
export default {
  root: import.meta.dirname,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: 'main.ts',
    // An old Node, too, is to read the file, and to say that it is too old.
    target: 'node20',
    rolldownOptions: {
      // No other module does anything by being loaded.
      treeshake: { moduleSideEffects: (id) => /(needs-node|main)\.ts$/.test(id) },
      output: {
        banner: '#!/usr/bin/env node',
        // The licence of what is bundled goes with it.
        postBanner: `/*! commander: ${readFileSync(new URL('../node_modules/commander/LICENSE', import.meta.url), 'utf8')}*/`,
      },
    },
  },
} satisfies UserConfig;
