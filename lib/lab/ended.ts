import { UsageError } from '../kernel/validate.ts';

/** What is said to whoever uses it still. */
export const ENDED = 'the lab has ended: that of a test with the test, one of createLab() with lab.close()';

/**
 * @throws UsageError from the moment on that the lab is being closed: until all of it is gone the kernel would still do
 * what is asked of it, and nobody would undo it any more
 */
export function checkOpen(call: string, { closed }: { readonly closed: boolean }): void {
  if (closed) throw new UsageError(`${call}: ${ENDED}`);
}
