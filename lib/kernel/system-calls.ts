import { type Call, declare, library, syscallCommand } from './libc.ts';

// By number, since musl has no functions for them, and glibc only since 2.36. They came after the tables of all
// architectures were made one (Linux 5.0), so the numbers are the same everywhere.
const SYS_FSOPEN = 430;
const SYS_FSCONFIG = 431;
const SYS_FSMOUNT = 432;
// An older one. glibc has a function for it since 2.33.
const SYS_MKNODAT = process.arch === 'arm64' ? 33 : 259;
const syscall = library.func('long syscall(long, ...)') as unknown as Call<unknown[]>;

export const fsopen = (type: string, flags: number) => syscall(SYS_FSOPEN, 'str', type, 'uint', flags);
/** For commands without a key and a value. */
export const fsconfig = (fd: number, command: number) =>
  syscall(SYS_FSCONFIG, 'int', fd, 'uint', command, 'void *', null, 'void *', null, 'int', 0);
export const fsmount = (fd: number, flags: number) => syscall(SYS_FSMOUNT, 'int', fd, 'uint', flags, 'uint', 0);
export const mknodat = (directory: number, path: string, mode: number, device: number) =>
  syscall(SYS_MKNODAT, 'int', directory, 'str', path, 'uint', mode, 'uint', device);

const syscallPath = declare<
  [number: number, directory: number, path: string, flags: number, attributes: Uint8Array, size: number]
>('intptr_t syscall(intptr_t, int, const char *, uint32_t, void *, size_t)');
/** The same on every architecture. */
const SYS_MOUNT_SETATTR = 442;

/** A libc wraps it from glibc 2.36 on only. */
export function mountSetattr(directory: number, path: string, flags: number, attributes: Uint8Array): number {
  return syscallPath(SYS_MOUNT_SETATTR, directory, path, flags, attributes, attributes.length);
}

const SYS_BPF = process.arch === 'arm64' ? 280 : 321;

/** `bpf(2)`. */
export function bpfCall(command: number, attributes: Uint8Array): number {
  return syscallCommand(SYS_BPF, command, attributes, attributes.length);
}
