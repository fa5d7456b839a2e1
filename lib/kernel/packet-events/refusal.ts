import { KernelError } from '../kernel-error.ts';
import { errnoName, lastErrno } from '../libc.ts';

/** A kernel, or a machine's rules, on which this process may not watch: without privilege, or without the feature. */
const REFUSALS = ['EPERM', 'EACCES', 'ENOSYS', 'ENODEV', 'ENOENT', 'EOPNOTSUPP', 'EINVAL'];

/**
 * Undefined when the call that has just failed was refused, as it will be the next time.
 *
 * @throws KernelError for what may be otherwise the next time (`EMFILE`, `ENOMEM`)
 */
export function unlessRefused(operation: string): undefined {
  const errno = lastErrno();
  if (!REFUSALS.includes(errnoName(errno))) throw new KernelError({ operation, errno });
}
