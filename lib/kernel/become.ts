import { KernelError } from './kernel-error.ts';
import { execv, fcntl, lastErrno } from './libc.ts';

const F_SETFD = 2;

/**
 * Replaces this process by a program, with the descriptors of `keep`: Node marks all that it was started with as its
 * own alone (`uv_disable_stdio_inheritance`). The process id stays, and so does what `setpriv --pdeathsig` asked for.
 */
export function become(program: string, args: readonly string[], keep: readonly number[] = []): never {
  for (const fd of [0, 1, 2, ...keep]) {
    if (fcntl(fd, F_SETFD, 0) !== 0) throw new KernelError({ operation: `fcntl(${fd})`, errno: lastErrno() });
  }
  execv(program, [program, ...args, null]);
  throw new KernelError({ operation: `execv(${program})`, errno: lastErrno() });
}
