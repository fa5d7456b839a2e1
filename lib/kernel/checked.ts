import { KernelError } from './kernel-error.ts';
import { lastErrno } from './libc.ts';

/**
 * Passes on what a libc call returned.
 *
 * @param operation what was tried: `bind(AF_UNIX)`
 * @param cause the usual cause of a failure, with the mend
 * @throws KernelError when the call failed, which a negative result says
 */
export function checked(operation: string, result: number, cause?: string): number {
  if (result >= 0) return result;
  throw new KernelError({ operation, errno: lastErrno(), cause });
}

/**
 * Checks what a method that returns 0 or an errno returned, where only 0 will do.
 *
 * @throws KernelError for an errno
 */
export function checkErrno(operation: string, errno: number): void {
  if (errno !== 0) throw new KernelError({ operation, errno });
}
