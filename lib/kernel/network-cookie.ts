import { AF_UNIX, SO_NETNS_COOKIE, SOCK_CLOEXEC, SOCK_DGRAM, SOL_SOCKET } from './constants.ts';
import { ifReadable } from './has-code.ts';
import { KernelError } from './kernel-error.ts';
import { close, errnoName, getsockopt, lastErrno, socket } from './libc.ts';
import { NetNamespace } from './net-namespace.ts';

/**
 * The kernel's own number of a network namespace, which no other ever gets. The inode's number is given to the next
 * namespace as soon as this one is gone (`proc_free_inum`).
 *
 * @returns undefined before Linux 5.14, which has none (`SO_NETNS_COOKIE`)
 */
export function networkCookie(namespace: NetNamespace): bigint | undefined {
  return namespace.run(() => {
    const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) throw new KernelError({ operation: 'socket(AF_UNIX)', errno: lastErrno() });
    try {
      const cookie = Buffer.alloc(8);
      if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, new Uint32Array([8])) === 0)
        return cookie.readBigUInt64LE();
      const errno = lastErrno();
      if (errnoName(errno) === 'ENOPROTOOPT') return undefined;
      throw new KernelError({ operation: 'getsockopt(SO_NETNS_COOKIE)', errno });
    } finally {
      close(fd);
    }
  });
}

/** The same of the network that a process is in. Undefined when it has ended, or its network may not be entered. */
export function networkCookieOf(pid: number): bigint | undefined {
  return ifReadable(() => {
    using namespace = NetNamespace.ofProcess(pid);
    return networkCookie(namespace);
  });
}
