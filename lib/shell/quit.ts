import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { clearPlace } from '../report/results.ts';

/** Set for the workers of `hairpin shell`, whose tests have no time-out: the folder that says whether the reader has quit. */
export const SHELL = 'HAIRPIN_SHELL';

const FILE = 'quit';

/** Makes such a folder for the workers of this process; it is removed when the process exits. */
export function makeQuitFolder(): string {
  const folder = mkdtempSync(join(resolve(tmpdir()), 'hairpin-shell-'));
  process.once('exit', () => clearPlace(dirname(folder), basename(folder)));
  return folder;
}

/** Whether the reader has quit, in whichever worker: each spec file has one of its own. */
export function hasQuit(): boolean {
  const folder = process.env[SHELL];
  return folder !== undefined && existsSync(join(folder, FILE));
}

/** Has no worker of the run hold another lab. */
export function quit(): void {
  const folder = process.env[SHELL];
  if (folder !== undefined) writeFileSync(join(folder, FILE), '');
}
