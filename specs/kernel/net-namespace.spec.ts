import { readdirSync, readlinkSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'hairpin';
import { AF_INET, SOCK_DGRAM } from '../../lib/kernel/constants.ts';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { Socket } from '../../lib/kernel/sockets/socket.ts';
import { ipSocketAddress, readIpSocketAddress } from '../../lib/kernel/sockets/socket-address.ts';
import { heldDescriptors } from '../lab/referee.ts';

const here = () => readlinkSync('/proc/thread-self/ns/net');
const made: NetNamespace[] = [];

function create(): NetNamespace {
  const namespace = NetNamespace.create();
  made.push(namespace);
  return namespace;
}

afterEach(() => {
  for (const namespace of made.splice(0)) namespace.close();
});

// one empty namespace
test('making a namespace leaves the thread where it was, and the namespace empty', () => {
  const home = here();
  const namespace = create();
  expect(here()).toBe(home);
  expect(namespace.run(here)).toBe(`net:[${namespace.inode}]`);
  expect(namespace.run(here)).not.toBe(home);
  expect(NetNamespace.home().inode).toBe(Number(/\d+/.exec(home)?.[0]));
});

// outer, and one made inside of it
test('a namespace made inside run is another, and the thread is back in the outer one', () => {
  const outer = create();
  const [inner, then] = outer.run(() => [create(), here()] as const);
  expect(then).toBe(`net:[${outer.inode}]`);
  expect(inner.inode).not.toBe(outer.inode);
});

// libuv's pool threads ── home
test('every thread of the process is in the home namespace, whatever was entered', async () => {
  const home = here();
  const namespaces = [create(), create()];
  // Work for the pool that is queued inside: its threads must not have been started there.
  const work = namespaces.flatMap((namespace) => namespace.run(() => [1, 2, 3, 4].map(() => stat('/'))));
  await Promise.all(work);
  const threads = readdirSync('/proc/self/task').map((thread) => readlinkSync(`/proc/self/task/${thread}/ns/net`));
  expect(threads.length).toBeGreaterThan(4);
  expect(new Set(threads)).toEqual(new Set([home]));
});

// sender and receiver on lo, both of one namespace
test('sockets stay in the namespace that they were opened in', async () => {
  const namespace = create();
  using receiver = Socket.open(namespace, AF_INET, SOCK_DGRAM, 0);
  using outside = Socket.open(NetNamespace.home(), AF_INET, SOCK_DGRAM, 0);
  expect(receiver.bind(ipSocketAddress(4, '127.0.0.1'))).toBe(0);
  // The same port is free at home: it is another network.
  const { port } = readIpSocketAddress(receiver.localAddress());
  expect(outside.bind(ipSocketAddress(4, '127.0.0.1', port))).toBe(0);
  using sender = Socket.open(namespace, AF_INET, SOCK_DGRAM, 0);
  const loopbackIsDown = sender.send(Buffer.from('x'), ipSocketAddress(4, '127.0.0.1', port));
  expect(loopbackIsDown).not.toBe(0);
  expect(await receiver.readable(0)).toBe(false);
});

// outer ── inner: outer is closed meanwhile
test('a namespace that is closed inside run stays until the thread has left it', () => {
  const home = here();
  const [outer, inner] = [create(), create()];
  const seen = outer.run(() => {
    inner.run(() => {
      outer.close();
      inner.close();
    });
    return here();
  });
  expect(seen).toBe(`net:[${outer.inode}]`);
  expect(here()).toBe(home);
  expect([outer.closed, inner.closed]).toEqual([true, true]);
  expect(heldDescriptors().filter((held) => [outer, inner].some(({ inode }) => held === `net:[${inode}]`))).toEqual([]);
});

// home: its descriptor is closed meanwhile, by whoever closes what is not their own
test.for(['process', 'thread'])('a %s that cannot come back ends the whole process', async (where, { lab }) => {
  const script = fileURLToPath(new URL('victim/cannot-come-back.ts', import.meta.url));
  const run = await lab.namespace('host').exec(process.execPath, [script, where], { reject: false });
  expect(run).toMatchObject({
    signal: 'SIGABRT',
    stdout: 'inside',
    stderr: expect.stringContaining('hairpin: cannot come back from a network namespace: EBADF'),
  });
});

// one namespace, closed
test('a closed namespace says so, and is closed once', () => {
  const namespace = create();
  expect(namespace.closed).toBe(false);
  namespace.close();
  namespace.close();
  expect(namespace.closed).toBe(true);
  expect(() => namespace.run(here)).toThrow('this network namespace is closed: its lab is closed');
});
