import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder and those above it, up to the top of its repository; of a folder in no repository, itself alone. */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  for (let above = folder; ; above = dirname(above)) {
    if (above !== folder) folders.push(above);
    if (existsSync(join(above, '.git'))) return folders;
    if (dirname(above) === above) return [folder];
  }
}
