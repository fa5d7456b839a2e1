import { readFileSync } from 'node:fs';
import { close } from '../libc.ts';
import { fsconfig, fsmount, fsopen } from '../system-calls.ts';
import { unlessRefused } from './refusal.ts';

/**
 * The kernel's tracefs, for root: a mount of its own that is attached nowhere, so that nothing of it is seen, and nothing
 * is left when its descriptor is closed.
 */
export class Tracefs {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Undefined without the privilege, without tracefs, or on a kernel before 5.2. @throws KernelError for other reasons */
  static open(): Tracefs | undefined {
    const context = fsopen('tracefs', FSOPEN_CLOEXEC);
    if (context < 0) return unlessRefused('fsopen(tracefs)');
    try {
      if (fsconfig(context, FSCONFIG_CMD_CREATE) < 0) return unlessRefused('fsconfig(FSCONFIG_CMD_CREATE)');
      const fd = fsmount(context, FSMOUNT_CLOEXEC);
      return fd < 0 ? unlessRefused('fsmount(tracefs)') : new Tracefs(fd);
    } finally {
      close(context);
    }
  }

  /** @throws when there is no such file, as for an event that this kernel does not have */
  read(path: string): string {
    return readFileSync(`/proc/self/fd/${this.#fd}/${path}`, 'utf8');
  }

  close(): void {
    close(this.#fd);
  }
}

// The same numbers on x64 and arm64.
const FSOPEN_CLOEXEC = 1;
const FSMOUNT_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
