import { statSync } from 'node:fs';
import { checked } from '../checked.ts';
import { O_CLOEXEC } from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import * as libc from '../libc.ts';
import { openDetachedFolder } from '../namespaces/detached-folder.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import type { DeviceNumbers } from '../sockets/uevents.ts';
import { mknodat } from '../system-calls.ts';

// asm-generic/fcntl.h, linux/stat.h
const O_RDWR = 2;
const S_IFCHR = 0o020_000;
const NODE = 'device';

/** A character device: its number, and where its node is for those who may make none. */
export interface DeviceNode {
  readonly numbers: DeviceNumbers;
  /** Its node, which an administrator may have let others at; used where this process may make no nodes. */
  readonly published: string;
  /** What an udev rule for it matches. */
  readonly udev: string;
}

/**
 * Opens a character device by its number, with the thread in a namespace. The node is made on a tmpfs that is mounted
 * nowhere (`fsmount`) and goes with its descriptor: nothing to clean up, nothing for others to see, even when the
 * process is killed half-way. In `/dev` the kernel names a tap after an ifindex (`devtmpfs`), which two namespaces may
 * both have.
 *
 * @throws KernelError `EPERM` in a user namespace, unless `published` is this device and can be opened
 */
export function openCharacterDevice(
  namespace: Pick<NetNamespace, 'run'>,
  { numbers, published, udev }: DeviceNode,
): number {
  return namespace.run(() => {
    try {
      return openPrivately(numbers);
    } catch (error) {
      if (!(error instanceof KernelError) || error.code !== 'EPERM') throw error;
      const fd = isThatDevice(published, numbers) ? libc.openat(-1, published, O_RDWR | O_CLOEXEC, 0) : -1;
      if (fd >= 0) return fd;
      throw new KernelError({
        operation: `mknod c ${numbers.major} ${numbers.minor}`,
        errno: error.errno,
        cause:
          'a device node takes CAP_MKNOD of the host itself, which no user namespace has (vfs_mknod): run as root, in a ' +
          `container with --privileged, or let this user at ${published} (udev: ${udev}, MODE="0666")`,
      });
    }
  });
}

function openPrivately(numbers: DeviceNumbers): number {
  const folder = openDetachedFolder();
  try {
    checked('mknod', mknodat(folder, NODE, S_IFCHR | 0o600, encodeDevice(numbers)));
    return checked('open', libc.openat(folder, NODE, O_RDWR | O_CLOEXEC, 0));
  } finally {
    libc.close(folder);
  }
}

function isThatDevice(path: string, { major, minor }: DeviceNumbers): boolean {
  const { rdev = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  // linux/kdev_t.h, as glibc's makedev has it for numbers of up to 12 and 20 bits.
  return rdev === encodeDevice({ major, minor });
}

/** `new_encode_dev`. */
function encodeDevice({ major, minor }: DeviceNumbers): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}
