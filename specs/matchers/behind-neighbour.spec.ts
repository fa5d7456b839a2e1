import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { failureOf } from './failure-of.ts';

// a ── r ── b, and a's own egress hook takes every echo: behind ARP, where sendmsg hears nothing of it
test('an answered ARP is no probe that left', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  const chain = 'add chain netdev t e { type filter hook egress device eth0 priority 0; }';
  await a.exec('nft', [`add table netdev t; ${chain}; add rule netdev t e ip protocol icmp drop`]);
  const negative = await failureOf(expect(a).not.toReach(b));
  expect(negative).toContain(
    '\nReceived:  inconclusive: nothing was sent: no interface of a was seen to send it: a packet filter or queue of its own took it\n' +
      'Why:       dropped by the packet filter of a, table netdev t, chain e (hook egress) of a/eth0:\n' +
      '           ip protocol icmp drop # handle 2\n',
  );
  const positive = await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(positive).toMatch(
    /\nReceived: {2}none \(3 probes\)\nWhy: {7}dropped by the packet filter of a, table netdev t/,
  );
  expect(positive).toMatch(/\nHint: on a: nft delete rule netdev t e handle 2$/);
});

// c ── eth0 (a) eth1 ── p0 sw p1 ── b, both ports isolated
test('a link-local address is asked for where it is', async ({ lab }) => {
  const [sw, a, b, c] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, c);
  const ports = [lab.cable(a, sw).b, lab.cable(b, sw).b];
  const [target] = b
    .interface()
    .address.list()
    .filter(({ scope }) => scope === 253);
  const address = String(target?.address);
  await expect(a).toReach(address);
  for (const port of ports) port.set({ isolated: true });
  await expect(a).not.toReach(address);
  expect(await failureOf(expect(a).toReach(address, { within: 50 }))).toMatch(
    /\nFrom: {6}a fe80::\S+ \(eth1, veth to sw\/p0\)\n[\s\S]*\n {2}a\/eth1 → sw\/p0 ✗ sw\/p0 and sw\/p1 are isolated/,
  );
});

// c ── eth1 (a) eth0 ── p0 sw p1 ── b, both ports isolated; a's route prefers the address of eth1
test('a question for a MAC address bears the address that the route prefers', async ({ lab }) => {
  const [sw, a, b, c] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const ports = [lab.cable(a, sw).b, lab.cable(b, sw).b];
  lab.cable(a, c, { a: { address: '192.0.2.1/24' } });
  b.interface().address.add('198.51.100.1/32');
  a.route.add({ to: '198.51.100.1', via: '10.0.0.2', src: '192.0.2.1' });
  for (const port of ports) port.set({ isolated: true });
  await expect(a).not.toReach('198.51.100.1');
  expect(await explanationOf(expect(a).toReach('198.51.100.1', { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 192.0.2.1):
  a/eth0 → sw/p0 ✗ sw/p0 and sw/p1 are isolated: isolated ports do not talk to each other
Hint: set({ isolated: false }) on one of them`,
  );
});

// eth0 (a) ── r1 ── b   eth1 (a) ── r2 ── b   a's route is by both: the cable of eth1 is unplugged, and r1 does not forward
test('of several next hops one that cannot send is no word on the other', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const routers = ['r1', 'r2'].map((name) => lab.router(name));
  const ends = routers.map((router) => lab.cable(a, router));
  for (const router of routers) lab.cable(router, b);
  b.interface('eth0').address.add('10.9.9.9/32');
  const hops = ends.flatMap(({ b: end }) => ['nexthop', 'via', String(end.address.first(4)?.address)]);
  await a.exec('ip', ['route', 'add', '10.9.9.9', ...hops]);
  a.sysctl.set('net.ipv4.fib_multipath_hash_policy', 1);
  const asked = ends.findIndex(({ a: end }) => end.name === a.route.get('10.9.9.9').dev);
  ends[asked]?.b.set({ up: false });
  routers[1 - asked]?.sysctl.set('net.ipv4.ip_forward', 0);
  // Each attempt's port decides between the two. In this time there are so many that some take the cable that is plugged in.
  await expect(a).not.toReach('10.9.9.9', { by: 'tcp', port: 80, hold: 1500 });
});
