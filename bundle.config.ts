import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Plugin, UserConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };

/** What the compiler has made of the source. */
const COMPILED = join(import.meta.dirname, 'build');
const EXPORTED = Object.values(manifest.exports)
  .flatMap((entry) => (typeof entry === 'string' ? [] : entry.default))
  .map(nameOf);
/** What says that Node is too old, before anything else of hairpin runs. */
const FIRST = 'lib/base/needs-node';
const ENTRIES = [...EXPORTED, nameOf(manifest.bin.hairpin), FIRST, ...ownFiles()];

/**
 * Bundles the compiled modules into a few files: Node takes longer to find eight hundred files than to compile them.
 * Packages stay outside. What is loaded by its path keeps it: the entry points, and what `ownFile` names.
 */
export default {
  logLevel: 'warn',
  publicDir: false,
  plugins: [ownUrls(), firstOfAll()],
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2024',
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(ENTRIES.map((name) => [name, join(COMPILED, `${name}.js`)])),
      output: { entryFileNames: '[name].js', chunkFileNames: 'lib/chunks/[name]-[hash].js', keepNames: true },
    },
  },
} satisfies UserConfig;

function nameOf(path: string): string {
  return relative('dist', path).replace(/\.js$/, '');
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
        (_, module: string) => `new URL("${relativeUrl(fileName, module)}", import.meta.url).href`,
      ),
  };
}

/** Otherwise a file that has nothing but other chunks has them in any order. */
function firstOfAll(): Plugin {
  return {
    name: 'first-of-all',
    renderChunk: (code, { name, fileName }) =>
      EXPORTED.includes(name) ? `import "${relativeUrl(fileName, `${FIRST}.js`)}";\n${code}` : code,
  };
}

function relativeUrl(from: string, to: string): string {
  return relative(dirname(from), to).replace(/^(?!\.)/, './');
}
