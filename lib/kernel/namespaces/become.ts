import { checked } from '../checked.ts';
import { execv, fcntl } from '../libc.ts';

const F_SETFD = 2;

/**
 * Replaces this process by a program, with the descriptors of `keep`: Node marks all that it was started with as its
 * own alone (`uv_disable_stdio_inheritance`). The process id stays, and so does what `setpriv --pdeathsig` asked for.
 */
export function become(program: string, args: readonly string[], keep: readonly number[]): never {
  for (const fd of [0, 1, 2, ...keep]) checked(`fcntl(${fd})`, fcntl(fd, F_SETFD, 0));
  // It returns only when it failed.
  return checked(`execv(${program})`, execv(program, [program, ...args, null])) as never;
}
