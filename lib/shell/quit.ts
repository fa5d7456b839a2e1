import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { PAUSE, SHELL } from '../report/hold-mode.ts';
import { clearPlace } from '../report/results.ts';

const FILE = 'quit';

/** Makes the folder that says whether the reader has quit, for the workers of this process. It is removed when the process exits. */
export function makeQuitFolder(): string {
  const folder = mkdtempSync(join(resolve(tmpdir()), 'hairpin-shell-'));
  process.once('exit', () => clearPlace(dirname(folder), basename(folder)));
  return folder;
}

/** Whether the reader has quit, in whichever worker: each spec file has one of its own. */
export function hasQuit(): boolean {
  const folder = quitFolder();
  return folder !== undefined && existsSync(join(folder, FILE));
}

/** Has no worker of the run hold another lab. */
export function quit(): void {
  const folder = quitFolder();
  if (folder !== undefined) writeFileSync(join(folder, FILE), '');
}

function quitFolder(): string | undefined {
  return process.env[SHELL] ?? process.env[PAUSE];
}
