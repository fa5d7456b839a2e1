import { readFileSync } from 'node:fs';
import type { UserConfig } from 'vite';

/** Bundles the page's script with all that it needs into one file, which page.ts puts into the page. */
export default {
  root: import.meta.dirname,
  publicDir: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../../dist/lib/report/html',
    emptyOutDir: false,
    // What vite runs for older browsers; the page needs light-dark() of CSS anyway.
    modulePreload: false,
    target: 'es2023',
    rolldownOptions: {
      input: `${import.meta.dirname}/client/main.tsx`,
      output: {
        entryFileNames: 'client.js',
        // The licence of what is bundled goes with it.
        postBanner: `/*! preact: ${readFileSync(new URL('../../../node_modules/preact/LICENSE', import.meta.url), 'utf8')}*/`,
      },
    },
  },
} satisfies UserConfig;
