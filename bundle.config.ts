import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Plugin, UserConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** What the compiler has made of the source. */
const COMPILED = join(import.meta.dirname, 'build');

/**
 * Bundles the compiled modules into a few files, since Node takes more time to find eight hundred than to compile them.
 * Packages stay outside. What is loaded by its path keeps it: the entry points, and what `ownFile` names.
 */
export default {
  logLevel: 'warn',
  publicDir: false,
  plugins: [ownUrls()],
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2024',
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries([...entryPoints(), ...ownFiles()].map((path) => [path, join(COMPILED, `${path}.js`)])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'lib/chunks/[name]-[hash].js', keepNames: true },
    },
  },
} satisfies UserConfig;

function entryPoints(): string[] {
  const exported = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [] : entry.default));
  return [...exported, manifest.bin.hairpin].map((path) => relative('dist', path).replace(/\.js$/, ''));
}

function ownFiles(): string[] {
  return globSync('lib/**/*.ts', { cwd: import.meta.dirname }).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/ownFile\('(.+)\.ts', import\.meta\.url\)/g)].map(([, name = '']) =>
      join(dirname(file), name),
    ),
  );
}

/** A module's own URL stays what it would be without bundling: paths are relative to it. */
function ownUrls(): Plugin {
  return {
    name: 'own-urls',
    enforce: 'pre',
    transform: (code, id) => code.replaceAll('import.meta.url', `__ownUrl("${relative(COMPILED, id)}")`),
    renderChunk: (code, { fileName }) =>
      code.replaceAll(
        /__ownUrl\("(.+?)"\)/g,
        (_, module: string) => `new URL("${relative(dirname(fileName), module)}", import.meta.url).href`,
      ),
  };
}
