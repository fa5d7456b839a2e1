import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A folder and those above it, up to the top of its repository, or, in no repository, of its workspace. Without either, the
 * folder alone.
 */
export function foldersUp(folder: string): string[] {
  const folders = [folder];
  let ofWorkspace = 1;
  for (let above = folder; ; above = dirname(above)) {
    if (above !== folder) folders.push(above);
    if (existsSync(join(above, '.git'))) return folders;
    if (isWorkspace(above)) ofWorkspace = folders.length;
    if (dirname(above) === above) return folders.slice(0, ofWorkspace);
  }
}

/** Whether a package manager that is started further down takes this folder for the top of a workspace. */
function isWorkspace(folder: string): boolean {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return true;
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).workspaces !== undefined;
  } catch {
    // There is none, or a package manager will say what is wrong in it.
    return false;
  }
}
