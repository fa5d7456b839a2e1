import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { UsageError } from '../base/validate.ts';

const { O_NONBLOCK, O_RDONLY } = constants;

/** A string of V8's ends at 512 MiB; a report of a failure has some kilobytes. */
const LONGEST = 2 ** 28;

/**
 * Reads a text that others may have put into a folder of results. A pipe would never be opened, and a device never end: these,
 * and folders, are refused.
 *
 * @throws UsageError if it is not a regular file, or too long; the error of the system if it cannot be opened
 */
export function readTextFile(path: string): string {
  // Not blocking: the opening of a pipe waits for somebody who writes.
  const fd = openSync(path, O_RDONLY | O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new UsageError(`${path} must be a regular file: it is a folder, a pipe or a device`);
    if (stats.size > LONGEST) throw new UsageError(`${path} must have at most ${LONGEST} bytes: it has ${stats.size}`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
