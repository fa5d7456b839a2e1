import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from './constants.ts';
import { KernelError } from './kernel-error.ts';
import { bind, close, connect, getsockname, lastErrno, listen, socket } from './libc.ts';

/**
 * A listening Unix socket with one connection to it already made, for two programs that are each given a descriptor. It
 * has no file: the kernel chooses an abstract name (`unix_autobind`), which goes with the socket.
 */
export function namelessListener(): { listener: number; connection: number; close(): void } {
  const listener = open();
  const connection = open();
  const family = Buffer.alloc(2);
  new Uint16Array(family.buffer, family.byteOffset, 1)[0] = AF_UNIX;
  const address = Buffer.alloc(128);
  const length = Uint32Array.of(address.length);
  check('bind', bind(listener, family, family.length));
  check('listen', listen(listener, 1));
  check('getsockname', getsockname(listener, address, length));
  // It is accepted later: until then it waits in the queue.
  check('connect', connect(connection, address, length[0] as number));
  return {
    listener,
    connection,
    close: () => {
      for (const fd of [listener, connection]) close(fd);
    },
  };
}

function open(): number {
  return check('socket(AF_UNIX)', socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

function check(operation: string, result: number): number {
  if (result < 0) throw new KernelError({ operation, errno: lastErrno() });
  return result;
}
