import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { ownFile } from '../base/own-file.ts';
import { findProgram } from '../kernel/programs/find-program.ts';

/** Where vitest opens the inspector of a worker: `inspector` of its config. */
export interface Inspector {
  host?: string;
  port?: number;
}

/** An open port, and the worker whose inspector is behind it. */
interface Port {
  server: Server;
  pid: number;
}

const ports = new Map<number, Port>();

/**
 * Opens the port of `npx vitest --inspect` on this machine. The inspector itself listens at the loopback of the worker's own network, where
 * no debugger gets to it: with `--inspect-brk` the worker would wait for ever. Each connection is carried there by `nsenter`.
 *
 * @param pid of the worker. The port leads to the last one that asked for it
 * @returns closes the port, unless another worker has it by then
 * @throws Error where the port is taken, or without util-linux's `nsenter`
 */
export async function openDebuggerPort(
  { host = '127.0.0.1', port: number = 9229 }: Inspector,
  pid: number,
): Promise<Disposable> {
  const nsenter = findProgram('nsenter');
  if (!nsenter)
    throw new Error("there is no program 'nsenter' on the PATH, and --inspect needs it: install util-linux");
  const known = ports.get(number);
  const port = known ?? { server: createServer((socket) => carry(socket, nsenter, port.pid, number)), pid };
  port.pid = pid;
  if (!known) {
    port.server.listen(number, host).unref();
    await once(port.server, 'listening').catch((cause: Error) => {
      throw new Error(`--inspect: the port ${number} cannot be opened; choose another: --inspect=9230`, { cause });
    });
    ports.set(number, port);
  }
  return {
    [Symbol.dispose]() {
      if (port.pid !== pid) return;
      ports.delete(number);
      port.server.close();
    },
  };
}

function carry(socket: Socket, nsenter: string, pid: number, port: number): void {
  // An ordinary user may enter the worker's network by way of its user namespace.
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  const relay = [process.execPath, ownFile('./relay-debugger.ts', import.meta.url), String(port)];
  const program = spawn(nsenter, ['--target', String(pid), ...user, '--net', '--', ...relay], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  for (const end of [socket, program, program.stdin, program.stdout]) end.on('error', () => socket.destroy());
  socket.pipe(program.stdin);
  program.stdout.pipe(socket);
}
