import { lstatSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { show } from '../base/validate.ts';
import { makeFolder, makeNewFolder, PUBLIC_FOLDER } from './write-file.ts';

/** Where the runs of a project leave what they have to show. */
export function resultsFolder(root: string): string {
  return join(root, 'test-results');
}

/** vitest's reports, one a kernel: what `vitest --merge-reports` takes, here or on another machine. */
export const BLOBS = 'blobs';

/**
 * A file or a folder directly in a folder of results. Every path that a run clears is made here: a name from elsewhere,
 * such as a kernel's, must not lead anywhere else.
 *
 * @throws Error for a name that is none: empty, `..`, or with a slash
 */
export function placeIn(folder: string, name: string): string {
  if (isAbsolute(folder) && !['', '.', '..'].includes(name) && !/[/\0]/.test(name)) return join(folder, name);
  throw new Error(`a result cannot have the name ${show(name)} in ${show(folder)}: it must be the name of a file`);
}

/** Takes away what lies at a place, with all that is in it; of a link the link alone. */
export function clearPlace(folder: string, name: string): void {
  rmSync(placeIn(folder, name), { recursive: true, force: true });
}

/** Whether anything lies at a place. */
export function isTaken(folder: string, name: string): boolean {
  return lstatSync(placeIn(folder, name), { throwIfNoEntry: false }) !== undefined;
}

/** Makes a folder at a place, where there is none yet; a link there gives way to it. */
export function folderIn(folder: string, name: string, mode: number = PUBLIC_FOLDER): string {
  const path = placeIn(folder, name);
  makeFolder(folder);
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there?.isDirectory()) return path;
  if (there) rmSync(path);
  makeNewFolder(path, mode);
  return path;
}

/** Makes an empty folder at a place, which only its owner may look into. */
export function freshFolderIn(folder: string, name: string): string {
  clearPlace(folder, name);
  return folderIn(folder, name, 0o700);
}
