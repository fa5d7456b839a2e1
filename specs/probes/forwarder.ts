import type { Namespace } from 'hairpin';

/**
 * Starts a program that hands on each frame between two devices of a namespace, so many milliseconds later; it
 * listens when this returns.
 */
export async function forwardSlowly(
  namespace: Namespace,
  devices: readonly [string, string],
  milliseconds: number,
): Promise<void> {
  const args = [import.meta.resolve('koffi'), ...devices, String(milliseconds)];
  const program = namespace.exec(process.execPath, ['--input-type=module', '-e', SCRIPT, ...args], { reject: false });
  await new Promise<void>((resolve, reject) => {
    program.stdout.once('data', () => resolve());
    program.then(({ stderr }) => reject(new Error(`the forwarder ended: ${stderr}`)), reject);
  });
}

const SCRIPT = `
import { readFileSync } from 'node:fs';
const [koffiPath, a, b, milliseconds] = process.argv.slice(1);
const { default: koffi } = await import(koffiPath);
const libc = koffi.load(null);
const socket = libc.func('int socket(int, int, int)');
const bind = libc.func('int bind(int, void *, uint32_t)');
const recvfrom = libc.func('intptr_t recvfrom(int, void *, size_t, int, void *, void *)');
const send = libc.func('intptr_t send(int, void *, size_t, int)');
const [AF_PACKET, SOCK_RAW, SOCK_NONBLOCK, ETH_P_ALL, PACKET_OUTGOING] = [17, 3, 2048, 3, 4];
// struct sockaddr_ll
const open = (name) => {
  const fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  const index = readFileSync('/proc/net/dev_mcast', 'latin1').split('\\n').map((line) => line.trim().split(/\\s+/)).find((row) => row[1] === name)[0];
  address.writeInt32LE(Number(index), 4);
  if (fd < 0 || bind(fd, address, 20) < 0) throw new Error('no packet socket at ' + name);
  return fd;
};
const [first, second] = [open(a), open(b)];
const from = Buffer.alloc(20);
const frame = Buffer.alloc(65536);
const handOn = (source, target) => {
  for (;;) {
    const length = Number(recvfrom(source, frame, frame.length, 0, from, Uint32Array.of(20)));
    if (length < 0) return;
    if (from[10] === PACKET_OUTGOING) continue;
    const copy = Buffer.from(frame.subarray(0, length));
    setTimeout(() => send(target, copy, copy.length, 0), Number(milliseconds));
  }
};
setInterval(() => { handOn(first, second); handOn(second, first); }, 1);
console.log('listening');
`;
