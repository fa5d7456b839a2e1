import { ifReadable, unlessCode } from '../../base/has-code.ts';
import { checked } from '../checked.ts';
import { AF_UNIX, SO_NETNS_COOKIE, SOCK_CLOEXEC, SOCK_DGRAM, SOL_SOCKET } from '../constants.ts';
import { close, getsockopt, socket } from '../libc.ts';
import { NetNamespace } from './net-namespace.ts';

/**
 * The kernel's own number of a network namespace, which no other ever gets. The inode's number is given to the next
 * namespace as soon as this one is gone (`proc_free_inum`).
 *
 * @returns undefined before Linux 5.14, which has none (`SO_NETNS_COOKIE`)
 */
export function networkCookie(namespace: NetNamespace): bigint | undefined {
  return namespace.run(() => {
    const fd = checked('socket(AF_UNIX)', socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    try {
      const cookie = Buffer.alloc(8);
      const ask = () => getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, new Uint32Array([8]));
      const told = unlessCode(['ENOPROTOOPT'], () => checked('getsockopt(SO_NETNS_COOKIE)', ask()));
      return told === undefined ? undefined : cookie.readBigUInt64LE();
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
