import { constants } from 'node:os';
import { unlessCode } from '../../base/has-code.ts';
import { KernelError } from '../../kernel/kernel-error.ts';
import type { Request } from '../request.ts';
import type { NetlinkSocket } from '../socket.ts';
import { genericId } from './generic.ts';
import type { GenericRequest } from './generic-family.ts';

const { ENOENT } = constants.errno;

/**
 * The request with the number of its family. Most kernels load the family's module when it is asked for by its name.
 *
 * @throws KernelError `ENOENT` when the kernel has no such family
 */
export function withNumber<Answer>(socket: NetlinkSocket, request: GenericRequest<Answer>): Request<Answer> {
  const type = unlessCode(['ENOENT'], () => genericId(socket, request.family), undefined);
  if (type !== undefined) return { ...request, type };
  const cause = `this kernel has not loaded ${request.family}: it needs ${request.needs}`;
  throw new KernelError({ operation: socket.wordsOf(request), errno: ENOENT, cause });
}
