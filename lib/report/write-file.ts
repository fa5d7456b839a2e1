import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchownSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasCode, unlessCode } from '../base/has-code.ts';

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

/** For what only the owner may read: a capture has in it what the programs of a test said to each other. */
export const PRIVATE = 0o600;
/** Whatever the umask: nobody else may change what is there, or put a link in its place. */
const PUBLIC = 0o664;
export const PUBLIC_FOLDER = 0o775;

/**
 * Writes a file in one step: the old one is there until the new one is complete. A link in its place gives way, and is not
 * followed.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    writeNewFile(beside, content);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw notWritten(error, beside, path);
  }
}

/** Node names the file beside it, which the reader does not know. */
function notWritten(error: unknown, beside: string, path: string): unknown {
  if (error instanceof Error)
    error.message = hasCode(error, 'ENOENT')
      ? `${path} cannot be written: there is no folder ${dirname(path)}`
      : error.message.replaceAll(beside, path);
  return error;
}

/** Writes a file that is not there yet. */
export function writeNewFile(path: string, content: string | Uint8Array, mode: number = PUBLIC): void {
  const fd = openNewFile(path, mode);
  try {
    writeFileSync(fd, content);
  } finally {
    closeSync(fd);
  }
}

/** Opens a file that is not there yet, to write to. */
export function openNewFile(path: string, mode: number = PUBLIC): number {
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    giveToOwner(fd, dirname(path));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Makes a folder, and those that it is in, where there are none. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: PUBLIC_FOLDER });
  if (first === undefined) return;
  const made = [path];
  while (made[0] !== first) made.unshift(dirname(made[0] as string));
  for (const each of made) giveFolderToOwner(each);
}

export function makeNewFolder(path: string, mode: number): void {
  mkdirSync(path, { mode });
  giveFolderToOwner(path);
}

function giveFolderToOwner(path: string): void {
  const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    giveToOwner(fd, dirname(path));
  } finally {
    closeSync(fd);
  }
}

/**
 * What root writes belongs to the owner of the folder that it is in: with sudo, or in a container, the project is another
 * user's, who could neither read it nor take it away.
 */
function giveToOwner(fd: number, folder: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  if (uid === 0) return;
  // A user that this user namespace has no number for, or a file system without owners: it stays root's.
  unlessCode(['EPERM', 'EINVAL', 'ENOSYS', 'EOPNOTSUPP'], () => fchownSync(fd, uid, gid));
}
