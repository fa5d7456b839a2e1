import { type Call, library } from './libc.ts';

// By number, since musl has no functions for them, and glibc only since 2.36. They came after the tables of all
// architectures were made one (Linux 5.0), so the numbers are the same everywhere.
const SYS_FSOPEN = 430;
const SYS_FSCONFIG = 431;
const SYS_FSMOUNT = 432;
const SYS_MOUNT_SETATTR = 442;
// Older ones. glibc has a function for the first since 2.33.
const SYS_MKNODAT = process.arch === 'arm64' ? 33 : 259;
const SYS_BPF = process.arch === 'arm64' ? 280 : 321;
const syscall = library.func('long syscall(long, ...)') as unknown as Call<unknown[]>;

export const fsopen = (type: string, flags: number) => syscall(SYS_FSOPEN, 'str', type, 'uint', flags);
/** For commands without a key and a value. */
export const fsconfig = (fd: number, command: number) =>
  syscall(SYS_FSCONFIG, 'int', fd, 'uint', command, 'void *', null, 'void *', null, 'int', 0);
export const fsmount = (fd: number, flags: number) => syscall(SYS_FSMOUNT, 'int', fd, 'uint', flags, 'uint', 0);
export const mknodat = (directory: number, path: string, mode: number, device: number) =>
  syscall(SYS_MKNODAT, 'int', directory, 'str', path, 'uint', mode, 'uint', device);

/** A libc wraps it from glibc 2.36 on only. */
export const mountSetattr = (directory: number, path: string, flags: number, attributes: Uint8Array) =>
  syscall(
    SYS_MOUNT_SETATTR,
    'int',
    directory,
    'str',
    path,
    'uint',
    flags,
    'void *',
    attributes,
    'size_t',
    attributes.length,
  );

/** `bpf(2)`. */
export const bpfCall = (command: number, attributes: Uint8Array) =>
  syscall(SYS_BPF, 'int', command, 'void *', attributes, 'uint', attributes.length);
