import { writeSync } from 'node:fs';
import { ResourceStack } from '../base/resource-stack.ts';
import { checked } from './checked.ts';
import { close, memfdCreate } from './libc.ts';

const MFD_CLOEXEC = 1;

/**
 * A file that has no name in any file system, for a child that is given its descriptor (as `/proc/self/fd/…`): when the
 * last who has it open dies, in whatever way, it is gone.
 *
 * @returns the descriptor, which the caller closes
 */
export function memoryFile(name: string, content: Uint8Array): number {
  using resources = new ResourceStack();
  const fd = checked('memfd_create', memfdCreate(name, MFD_CLOEXEC));
  resources.defer(() => close(fd));
  for (let written = 0; written < content.length; ) written += writeSync(fd, content, written);
  resources.move();
  return fd;
}
