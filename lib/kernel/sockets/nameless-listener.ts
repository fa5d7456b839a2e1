import { ResourceStack } from '../../base/resource-stack.ts';
import { u16 } from '../bytes.ts';
import { checked } from '../checked.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../constants.ts';
import { bind, close, connect, getsockname, listen, socket } from '../libc.ts';

/**
 * A listening Unix socket with one connection to it already made, for two programs that are each given a descriptor. It
 * has no file: the kernel chooses an abstract name (`unix_autobind`), which goes with the socket.
 */
export function namelessListener(): { listener: number; connection: number; close(): void } {
  using resources = new ResourceStack();
  const listener = open(resources);
  const connection = open(resources);
  const family = u16(AF_UNIX);
  const address = Buffer.alloc(128);
  const length = Uint32Array.of(address.length);
  checked('bind(AF_UNIX)', bind(listener, family, family.length));
  checked('listen(AF_UNIX)', listen(listener, 1));
  checked('getsockname(AF_UNIX)', getsockname(listener, address, length));
  // It is accepted later: until then it waits in the queue.
  checked('connect(AF_UNIX)', connect(connection, address, length[0] as number));
  const owned = resources.move();
  return { listener, connection, close: () => owned[Symbol.dispose]() };
}

function open(resources: ResourceStack): number {
  const fd = checked('socket(AF_UNIX)', socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  resources.defer(() => close(fd));
  return fd;
}
