import { checked } from '../checked.ts';
import { AT_FDCWD, MOUNT_ATTR_RDONLY, MS_BIND, MS_PRIVATE, MS_REC } from '../constants.ts';
import { mount } from '../libc.ts';
import { mountSetattr } from '../system-calls.ts';

const AT_RECURSIVE = 0x8000;

/**
 * Makes everything that is mounted read-only for this mount namespace, which must be one of our own, but for one folder.
 * What is mounted elsewhere keeps its ways: the mounts are cut off from it first (`MS_PRIVATE`).
 *
 * @throws KernelError `ENOSYS` before Linux 5.12, which has no `mount_setattr`
 */
export function mountAllReadOnlyBut(folder: string): void {
  checked('mount --make-rprivate /', mount('none', '/', null, MS_REC | MS_PRIVATE, null));
  checked(`mount --bind ${folder}`, mount(folder, folder, null, MS_BIND, null));
  checked('mount_setattr(/, AT_RECURSIVE, MOUNT_ATTR_RDONLY)', change('/', AT_RECURSIVE, { set: MOUNT_ATTR_RDONLY }));
  checked(`mount_setattr(${folder})`, change(folder, 0, { clear: MOUNT_ATTR_RDONLY }));
}

/** A tmpfs over a folder, as large as this machine's memory. */
export function mountMemory(folder: string): void {
  checked(`mount -t tmpfs tmpfs ${folder}`, mount('tmpfs', folder, 'tmpfs', 0, 'size=100%'));
}

/** `struct mount_attr`: four times 64 bits. */
function change(path: string, flags: number, { set = 0, clear = 0 }: { set?: number; clear?: number }): number {
  const attributes = Buffer.alloc(32);
  new BigUint64Array(attributes.buffer, attributes.byteOffset, 2).set([BigInt(set), BigInt(clear)]);
  return mountSetattr(AT_FDCWD, path, flags, attributes);
}
