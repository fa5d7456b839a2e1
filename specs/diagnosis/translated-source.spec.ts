import { once } from 'node:events';
import { expect, type Lab, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── eth0 r eth1 ── b, and r translates the source of what goes to b; b has no route to a, and needs none
async function build(lab: Lab, translation: string) {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('nft', [
    `add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; add rule ip nat out oifname eth1 ${translation}`,
  ]);
  await b.exec('ip', ['route', 'delete', 'default']);
  return { a, b };
}

test('a translated probe that nobody answers has a way back', async ({ lab }) => {
  const { a, b } = await build(lab, 'masquerade');
  await expect(a).toReach(b);
  const silent =
    'use Socket; socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, pack_sockaddr_in(5353, INADDR_ANY)) or die $!; $| = 1; print 1; <STDIN>';
  const server = b.exec('perl', ['-e', silent], { stdin: 'pipe', reject: false });
  await once(server.stdout, 'data');
  b.sysctl.set('net.ipv4.conf.all.rp_filter', 1);
  const found = await diagnosed(expect(a).toReach(b, { by: 'udp', port: 5353, ...SHORT }));
  expect(found.code).not.toMatch(/^(route|host)\./);
  server.kill();
  await server;
});

test('the neighbour that its translated source stands for is named', async ({ lab }) => {
  const { a, b } = await build(lab, 'snat to 10.0.1.200');
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.unanswered',
    facts: { asked: { by: 'b', address: '10.0.1.200' } },
  });
});
