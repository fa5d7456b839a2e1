import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, type Lab, type Namespace, test } from 'hairpin';
import { checked } from '../../lib/kernel/checked.ts';
import { AF_INET, IPPROTO_IPV6, IPV6_V6ONLY, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET } from '../../lib/kernel/constants.ts';
import { bind, close, connect, listen, setsockopt, socket } from '../../lib/kernel/libc.ts';
import { familyNumber, ipSocketAddress } from '../../lib/kernel/sockets/socket-address.ts';
import { needReasons } from '../trace/kernel-line.ts';
import { diagnosed } from './diagnosed.ts';

const ASKED = { by: 'tcp', port: 80, listen: false, family: 4, within: 50 } as const;

// a ── b, where a program listens
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '10.0.0.1/24' }, b: { address: '10.0.0.2/24' } });
  return { a, b };
}

test('a socket of IPv6 alone does not take IPv4', async ({ lab }) => {
  const { a, b } = build(lab);
  const server = b.run(() => createServer().listen({ port: 80, host: '::', ipv6Only: true }));
  await once(server, 'listening');
  const diagnosis = await diagnosed(expect(a).toReach(b, ASKED));
  server.close();
  expect(diagnosis).toMatchObject({
    code: 'socket.other-address',
    facts: { namespace: 'b', port: 80, address: '10.0.0.2', open: ['::'], onlyIpv6: true },
  });
});

test('a closed port whose host may send no more refusals', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_NO_SOCKET');
  const { a, b } = build(lab);
  b.sysctl.set('net.ipv4.icmp_ratemask', 1 << 3);
  b.sysctl.set('net.ipv4.icmp_ratelimit', 100_000);
  const asked = { ...ASKED, by: 'udp' } as const;
  // Each asks twice, and the kernel sends six at once.
  for (let round = 0; round < 4; round++) await expect(a).not.toReach(b, { by: 'udp', port: 80, listen: false });
  const diagnosis = await diagnosed(expect(a).toReach(b, asked));
  expect(diagnosis).toMatchObject({ code: 'socket.none', facts: { namespace: 'b', protocol: 'udp', port: 80 } });
});

test('a program that accepts nothing, and whose backlog is full', async ({ lab }) => {
  const { a, b } = build(lab);
  const [waiting, server] = [a, b].map((ns) => ns.run(() => checked('socket', socket(AF_INET, SOCK_STREAM, 0))));
  const address = ipSocketAddress(4, '10.0.0.2', 80);
  checked('bind', bind(server as number, address, address.length));
  checked('listen', listen(server as number, 0));
  checked('connect', connect(waiting as number, address, address.length));
  const diagnosis = await diagnosed(expect(a).toReach(b, ASKED));
  for (const fd of [waiting, server]) close(fd as number);
  expect(diagnosis).toMatchObject({
    code: 'socket.backlog',
    facts: { namespace: 'b', port: 80, waiting: 1, backlog: 0 },
    lastSeen: 'b/eth0',
  });
});

/** What a program does with its socket before it listens: it binds the socket to a device, say. */
interface Served {
  protocol: 'tcp' | 'udp';
  family?: 4 | 6;
  options?: readonly (readonly [level: number, name: number, value: Buffer])[];
  peer?: string;
}

const SO_BINDTODEVICE = 25;

/** Opens a socket at port 80 of a host, from which nothing is read; closed with the `using` scope. */
function serve(host: Namespace, { protocol, family = 4, options = [], peer }: Served): Disposable {
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  const fd = host.run(() => checked('socket', socket(familyNumber(family), type, 0)));
  for (const [level, name, value] of options) checked('setsockopt', setsockopt(fd, level, name, value, value.length));
  const own = ipSocketAddress(family, family === 4 ? '0.0.0.0' : '::', 80);
  checked('bind', bind(fd, own, own.length));
  const other = peer === undefined ? undefined : ipSocketAddress(family, peer, 99);
  if (other) checked('connect', connect(fd, other, other.length));
  if (protocol === 'tcp') checked('listen', listen(fd, 5));
  return { [Symbol.dispose]: () => close(fd) };
}

// a ── eth0 (b) eth1 ── c
test.for([
  ['tcp', 4],
  ['udp', 4],
  ['tcp', 6],
] as const)('a socket that is bound to another device: %s over IPv%i', async ([by, family], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  lab.cable(b, lab.namespace('c'));
  const options = [[SOL_SOCKET, SO_BINDTODEVICE, Buffer.from('eth1')]] as const;
  using _server = serve(b, { protocol: by, family, options });
  expect(await diagnosed(expect(a).toReach(b, { ...ASKED, by, family }))).toMatchObject({
    code: 'socket.other-device',
    facts: { namespace: 'b', protocol: by, port: 80, device: 'b/eth0', bound: ['b/eth1'] },
  });
});

test('a UDP socket of IPv6 alone does not take IPv4', async ({ lab }) => {
  const { a, b } = build(lab);
  const options = [[IPPROTO_IPV6, IPV6_V6ONLY, Buffer.from([1, 0, 0, 0])]] as const;
  using _server = serve(b, { protocol: 'udp', family: 6, options });
  expect(await diagnosed(expect(a).toReach(b, { ...ASKED, by: 'udp' }))).toMatchObject({
    code: 'socket.other-address',
    facts: { namespace: 'b', protocol: 'udp', open: ['::'], onlyIpv6: true },
  });
});

test('a UDP socket that is connected to another host takes nothing from others', async ({ lab }) => {
  const { a, b } = build(lab);
  using _server = serve(b, { protocol: 'udp', peer: '10.0.0.9' });
  expect(await diagnosed(expect(a).toReach(b, { ...ASKED, by: 'udp' }))).toMatchObject({
    code: 'socket.none',
    facts: { namespace: 'b', protocol: 'udp', port: 80, peer: '10.0.0.9:99' },
  });
});

test('a program that does not read its datagrams', async ({ lab }) => {
  const { a, b } = build(lab);
  using _server = serve(b, { protocol: 'udp' });
  expect(await diagnosed(expect(a).toReach(b, { ...ASKED, by: 'udp' }))).toMatchObject({
    code: 'socket.unread',
    facts: { namespace: 'b', port: 80, waiting: expect.any(Number) },
    lastSeen: 'b/eth0',
  });
});
