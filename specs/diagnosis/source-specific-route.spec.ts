import { once } from 'node:events';
import { expect, type Interface, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 6 } as const;

const ip6 = (device: Interface) => device.address.first(6)?.address ?? '';

// a ── eth0 r eth1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, r);
  const { a: eth1 } = lab.cable(r, b);
  return { a, r, b, eth0, eth1 };
}

test('a way back for one source alone is a way back', async ({ lab }) => {
  const { a, b, eth1 } = build(lab);
  await b.exec('ip', ['-6', 'route', 'del', 'default']);
  await b.exec('ip', ['-6', 'route', 'add', 'default', 'from', ip6(b.interface()), 'via', ip6(eth1), 'dev', 'eth0']);
  await expect(a).toReach(b, { family: 6 });
  const silent =
    'use Socket qw(:all); socket(S, AF_INET6, SOCK_DGRAM, 0); bind(S, pack_sockaddr_in6(5353, IN6ADDR_ANY)) or die $!; $| = 1; print 1; <STDIN>';
  const server = b.exec('perl', ['-e', silent], { stdin: 'pipe', reject: false });
  await once(server.stdout, 'data');
  expect((await diagnosed(expect(a).toReach(b, { by: 'udp', port: 5353, ...SHORT }))).code).not.toMatch(/^route\./);
  server.kill();
  await server;
});

test('a way there for one source alone is a way there', async ({ lab }) => {
  const { a, b, r, eth0 } = build(lab);
  await a.exec('ip', ['-6', 'route', 'del', 'default']);
  await a.exec('ip', ['-6', 'route', 'add', 'default', 'from', ip6(a.interface()), 'via', ip6(eth0), 'dev', 'eth0']);
  await expect(a).toReach(b, { family: 6 });
  await r.exec('ip', ['link', 'set', 'eth0', 'arp', 'off']);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.arp-off',
    facts: { device: 'r/eth0' },
  });
});
