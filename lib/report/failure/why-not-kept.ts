import { constants, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../../base/error-message.ts';
import { hasCode } from '../../base/has-code.ts';
import { mayAccess } from '../../kernel/programs/find-program.ts';

const { R_OK, W_OK, X_OK } = constants;

/** What to do about another user's results. */
const MEND =
  'An earlier run was of another user, as with sudo: take its results away (sudo rm -r), or make them yours (sudo chown -R)';

/** Why results could not be kept, with what to do about it. */
export function whyNotKept(error: unknown): string {
  const reason = errorMessage(error);
  if (hasCode(error, 'EACCES', 'EPERM')) return `${reason}. ${MEND}`;
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) return `${reason}: make room on that file system`;
  return reason;
}

/** The first of a folder of results that this user may not take away, in a sentence; undefined where all may be. */
export function whyNotCleared(folder: string): string | undefined {
  const closed = closedFolder(folder);
  return closed && `${closed} cannot be changed by this user. ${MEND}`;
}

function closedFolder(folder: string): string | undefined {
  if (!isFolder(folder)) return undefined;
  if (!isOpen(folder)) return folder;
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .find((path) => isFolder(path) && !isOpen(path));
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isOpen(folder: string): boolean {
  return mayAccess(folder, R_OK | W_OK | X_OK);
}
