import { fileURLToPath } from 'node:url';

/**
 * The path of a module of `lib`, for a program of Node's own: the source. Before Node 24 it is what `npm run build` made
 * of it, since the source has declarations that such a Node does not know (`using`).
 */
export function ownModule(name: string): string {
  const built = Number.parseInt(process.versions.node, 10) < 24;
  return fileURLToPath(new URL(built ? `../build/lib/${name}.js` : `../lib/${name}.ts`, import.meta.url));
}
