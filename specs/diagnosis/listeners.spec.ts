import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, type Lab, test } from 'hairpin';
import { checked } from '../../lib/kernel/checked.ts';
import { AF_INET, SOCK_STREAM } from '../../lib/kernel/constants.ts';
import { bind, close, connect, listen, socket } from '../../lib/kernel/libc.ts';
import { ipSocketAddress } from '../../lib/kernel/socket-address.ts';
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
