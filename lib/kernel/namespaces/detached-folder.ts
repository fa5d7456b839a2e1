import { checked } from '../checked.ts';
import { close } from '../libc.ts';
import { fsconfig, fsmount, fsopen } from '../system-calls.ts';

// linux/mount.h
const FSOPEN_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSMOUNT_CLOEXEC = 1;

/**
 * A folder in memory that is mounted nowhere: a tmpfs held by a descriptor alone. Others reach it through this process's
 * `/proc/…/fd`. When the descriptor is closed, or the process dies in whatever way, the folder and all in it are gone
 * (`dissolve_on_fput`).
 */
export class DetachedFolder {
  #fd: number | undefined;

  /** @throws KernelError `ENOSYS` before Linux 5.2, `EPERM` without `CAP_SYS_ADMIN` over the mount namespace */
  constructor() {
    this.#fd = openDetachedFolder();
  }

  /** Where programs of this process's PID namespace find it. */
  get path(): string {
    if (this.#fd === undefined) throw new Error('this folder is closed: its lab is closed');
    return `/proc/${process.pid}/fd/${this.#fd}`;
  }

  /** Lets go of the folder. A second call does nothing. */
  close(): void {
    if (this.#fd === undefined) return;
    close(this.#fd);
    this.#fd = undefined;
  }
}

/** The usual cause of a failure, with the mend. */
const CAUSE =
  'it takes Linux 5.2, and CAP_SYS_ADMIN over the mount namespace: run as root, or through the pool of hairpin/config';

/** A descriptor of a file system that is mounted nowhere. A sysfs shows the network that the thread is in now. */
export function openDetachedFolder(type: 'tmpfs' | 'sysfs' = 'tmpfs'): number {
  const context = checked(`fsopen(${type})`, fsopen(type, FSOPEN_CLOEXEC), CAUSE);
  try {
    checked('fsconfig(FSCONFIG_CMD_CREATE)', fsconfig(context, FSCONFIG_CMD_CREATE), CAUSE);
    return checked(`fsmount(${type})`, fsmount(context, FSMOUNT_CLOEXEC), CAUSE);
  } finally {
    close(context);
  }
}
