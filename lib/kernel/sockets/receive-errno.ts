import { KernelError } from '../kernel-error.ts';
import { errnoName } from '../libc.ts';

/**
 * Errors of the network that wait at a socket (`sk_err`): an ICMP error came, or its device went down. Receiving takes
 * such an error away (`sock_error`), and datagrams may be behind it.
 */
const OF_THE_NETWORK = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EHOSTDOWN', 'EHOSTUNREACH', 'EMSGSIZE', 'ENETDOWN', 'ENETUNREACH', 'ENONET'],
  ...['ENOPROTOOPT', 'EOPNOTSUPP', 'EPROTO', 'EACCES'],
];

/**
 * What the errno of a `recvfrom` or `recvmmsg` means.
 *
 * @returns true when nothing is there; false when an error of the network was taken away: receive again
 * @throws KernelError for every other errno, since it is not known then whether anything is there
 */
export function nothingToReceive(operation: string, errno: number): boolean {
  const name = errnoName(errno);
  if (name === 'EAGAIN') return true;
  if (name === 'EINTR' || OF_THE_NETWORK.includes(name)) return false;
  throw new KernelError({ operation, errno });
}
