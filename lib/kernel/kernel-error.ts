import { constants } from 'node:os';
import * as util from 'node:util';
import { hideOwnFrames } from '../base/own-frames.ts';
import { harmless } from '../base/visible-text.ts';
import { errnoName } from './libc.ts';

/** What was being done, and what may have gone wrong, for a {@link KernelError}. */
export interface KernelErrorDetails {
  /** In the words of the tools: `ip link add m1 link up0 type macvlan mode passthru`. */
  operation: string;
  errno: number;
  /** The kernel's own sentence (`NLMSGERR_ATTR_MSG`), where it gave one. */
  extendedAck?: string | undefined;
  /** The attribute of the message that it means (`NLMSGERR_ATTR_OFFS`), by the kernel's name. */
  attribute?: string | undefined;
  /** The usual cause of this errno for this operation, with the mend. */
  cause?: string | undefined;
}

/** Whatever was being done. */
const GENERAL_CAUSES: Partial<Record<string, string>> = {
  ENFILE: 'the machine is out of file descriptors (fs.file-max)',
  EMFILE: 'this process is out of file descriptors (ulimit -n)',
};

/**
 * The kernel refused an operation. `code` is the errno's name, so `error.code === 'EBUSY'` works as in Node.
 *
 * @example
 * try { host.macvlan({ parent: up0, mode: 'passthru' }); }
 * catch (error) { if (error instanceof KernelError && error.code === 'EINVAL') … }
 */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly code: string;
  readonly errno: number;
  readonly operation: string;
  readonly extendedAck: string | undefined;
  readonly attribute: string | undefined;
  /** With the mend. */
  readonly usualCause: string | undefined;

  constructor({ operation, errno, extendedAck, attribute, cause }: KernelErrorDetails) {
    const code = errnoName(errno);
    const usualCause = cause ?? GENERAL_CAUSES[code];
    const lines = [
      `${operation}: ${code} (${describe(errno)})`,
      extendedAck ? `  kernel: ${extendedAck}` : undefined,
      attribute ? `  attribute: ${attribute}` : undefined,
      usualCause ? `  usual cause: ${usualCause}` : undefined,
    ];
    super(harmless(lines.filter((line) => line !== undefined).join('\n')));
    this.code = code;
    this.errno = errno;
    this.operation = operation;
    this.extendedAck = extendedAck;
    this.attribute = attribute;
    this.usualCause = usualCause;
    hideOwnFrames(this);
  }
}

/** The error for something that this kernel would pass over in silence; the cause says what it lacks. */
export function ignoredByKernel(operation: string, cause: string): KernelError {
  return new KernelError({ operation, errno: constants.errno.EOPNOTSUPP, cause });
}

function describe(errno: number): string {
  // By its name it could not be imported by an old Node, which is to be told so (needs-node.ts).
  return util.getSystemErrorMessage(-errno) ?? 'unknown error';
}
