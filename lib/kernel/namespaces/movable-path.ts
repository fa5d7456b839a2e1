import { closeSync, openSync } from 'node:fs';
import { checked } from '../checked.ts';
import { O_CLOEXEC } from '../constants.ts';
import { dup3 } from '../libc.ts';

// asm-generic/fcntl.h; the numbers are the same on x64 and arm64.
const O_PATH = 0o10000000;

/** A path that stays the same while what it leads to changes: a descriptor, by its name in `/proc`. */
export class MovablePath {
  readonly #fd: number;

  constructor(target: string) {
    this.#fd = openSync(target, O_PATH);
  }

  /** For every process of this one's user, as long as this one lives. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#fd}`;
  }

  /** Leads it elsewhere: to a folder, a file or a socket. */
  pointTo(target: string): void {
    const fd = openSync(target, O_PATH);
    try {
      checked('dup3', dup3(fd, this.#fd, O_CLOEXEC));
    } finally {
      closeSync(fd);
    }
  }
}
