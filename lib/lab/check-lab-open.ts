import { UsageError } from '../base/validate.ts';

/** The message of every call on a closed lab. */
const CLOSED = 'the lab is closed. The `lab` fixture closes with its test, `createLab()` with lab.close()';

/**
 * @throws UsageError from the start of `lab.close()` on. The kernel would still do what is asked until the namespaces are
 * gone, but nobody would undo it
 */
export function checkLabOpen(call: string, { closed }: { readonly closed: boolean }): void {
  if (closed) throw new UsageError(`${call}: ${CLOSED}`);
}
