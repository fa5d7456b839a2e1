import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a file of hairpin's, by the URL of its source: the source in this repository, compiled in the package. */
export function ownFile(source: URL): string {
  return fileURLToPath(source).replace(/\.ts$/, extname(import.meta.url));
}
