import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file of hairpin's that is loaded by its path: a program, a thread, a setup file. It stands beside the one
 * that asks, and is the source in this repository, compiled in the package. `npm run build` finds these files by this call.
 *
 * @param source its name, as `'../kernel/programs/reaper.ts'`
 * @param from `import.meta.url` of the one that asks
 */
export function ownFile(source: string, from: string): string {
  const path = fileURLToPath(new URL(source, from));
  return `${path.slice(0, -extname(path).length)}${extname(from)}`;
}
