import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** Finds a program as `execvp` does: a name with a slash is a path, others are looked for along PATH. */
export function findProgram(file: string, path = process.env['PATH'] ?? '', cwd = process.cwd()): string | undefined {
  const candidates = file.includes('/')
    ? [resolve(cwd, file)]
    : path.split(delimiter).map((folder) => join(folder, file));
  return candidates.find(isExecutable);
}

/** Whether a file may be started. */
export function isExecutable(path: string): boolean {
  return mayAccess(path, constants.X_OK) && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Whether this process may use a file or a folder so: `constants.R_OK`, `W_OK`, `X_OK`. */
export function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
