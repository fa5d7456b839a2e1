import { UsageError } from './validate.ts';

/**
 * @throws UsageError from the moment on that the lab is being closed: until all of it is gone the kernel would still do
 * what is asked of it, and nobody would undo it any more
 */
export function checkOpen(call: string, { closed }: { readonly closed: boolean }): void {
  if (closed) throw new UsageError(`${call}: the lab has ended; a spec's lab lives as long as its test`);
}
