import { writeSync } from 'node:fs';
import { KernelError } from './kernel-error.ts';
import { lastErrno, memfdCreate } from './libc.ts';

const MFD_CLOEXEC = 1;

/**
 * A file that has no name in any file system, for a child that is given its descriptor (as `/proc/self/fd/…`): when the
 * last who has it open dies, in whatever way, it is gone.
 *
 * @returns the descriptor, which the caller closes
 */
export function memoryFile(name: string, content: Uint8Array): number {
  const fd = memfdCreate(name, MFD_CLOEXEC);
  if (fd < 0) throw new KernelError({ operation: 'memfd_create', errno: lastErrno() });
  for (let written = 0; written < content.length; ) written += writeSync(fd, content, written);
  return fd;
}
