import { expect, type Lab, type Namespace, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { explanationOf } from './explanation-of.ts';

/** Commands of iproute2's, one after the other. */
async function ip(ns: Namespace, commands: readonly string[][]): Promise<void> {
  for (const command of commands) await ns.exec('ip', command);
}

// a ── eth0 (r) eth1 ── b
test('forwarding off', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 ✗ r does not forward IPv4: net.ipv4.ip_forward is 0
Hint: r.sysctl.set('net.ipv4.ip_forward', 1)`,
  );
});

test('no route back', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  b.route.delete({ to: 'default', via: '10.0.1.1' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ b has no route back to 10.0.0.1
Hint: b.route.add({ to: '10.0.0.1', via: … })`,
  );
});

test('the reverse path filter of a router', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
  a.interface().address.add('192.0.2.1/32');
  r.route.add({ to: '192.0.2.1', dev: 'eth1' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50, from: '192.0.2.1' }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 192.0.2.1):
  a/eth0 → r/eth0 ✗ r/eth0 refuses packets from 192.0.2.1: rp_filter is 1, and the way back does not lead by eth0
Hint: r.sysctl.set('net/ipv4/conf/eth0/rp_filter', 0), and 'all' as well`,
  );
});

test('the reverse path filter of a router, loose: the source may come in anywhere, but from somewhere', async ({
  lab,
}) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 2);
  a.interface().address.add('192.0.2.1/32');
  const path = await explanationOf(expect(a).toReach(b, { within: 50, from: '192.0.2.1' }));
  expect(path).toContain('r/eth0 refuses packets from 192.0.2.1: rp_filter is 2, and there is no way back');
});

test('a host that answers no echo', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ b answers no echo: net.ipv4.icmp_echo_ignore_all is 1
Hint: b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 0)`,
  );
});

test('an address that nobody has', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await explanationOf(expect(a).toReach('10.0.0.9', { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.9 tell 10.0.0.1):
  a/eth0 ─┬→ b/eth0
          └✗ no device of the lab has 10.0.0.9`,
  );
});

test('an answer that gets lost on its way back', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const { b: p0 } = lab.cable(a, sw, { b: { flood: false, learning: false } });
  // What the port learnt from a's first words (MLD), before it was told not to.
  for (const { mac, port, permanent } of sw.fdb.list()) if (port === p0 && !permanent) sw.fdb.delete(mac, port);
  lab.cable(b, sw);
  a.neighbour.add({ to: '10.0.0.2', lladdr: b.interface().mac });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq N):
  a/eth0 → sw/p0 → sw/p1 → b/eth0

Path of its answer (ICMP echo reply 10.0.0.2 > 10.0.0.1 id N seq N):
  b/eth0 → sw/p1 ✗ sw/p0 sends no unicast to unknown addresses: flood is off, and nobody has learnt ${a.interface().mac}`,
  );
});

test('forwarding of IPv6 off', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv6.conf.all.forwarding', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50, family: 6 }))).toBe(
    `Path of the last probe (ICMPv6 echo request fd00::1 > fd00:0:0:1::2 id N seq N):
  a/eth0 → r/eth0 ✗ r does not forward IPv6: net.ipv6.conf.all.forwarding is 0
Hint: r.sysctl.set('net.ipv6.conf.all.forwarding', 1)`,
  );
});

// a eth0 ── r ── eth0 b eth1 ── eth1 a: what a asks by the router, b answers by the cable
function triangle(lab: Lab) {
  const { a, b } = addRoutedHosts(lab);
  const { b: eth1 } = lab.cable(b, a);
  b.route.add({ to: '10.0.0.1/32', via: '10.0.2.2' });
  a.sysctl.set('net.ipv4.conf.eth1.rp_filter', 1);
  return { a, b, eth1 };
}
const REFUSES =
  'a/eth1 refuses packets from 10.0.1.2: rp_filter is 1, and the way back does not lead by eth1\n' +
  "Hint: a.sysctl.set('net/ipv4/conf/eth1/rp_filter', 0), and 'all' as well";

test('the reverse path filter of the asker, which refuses even the question for its MAC address', async ({ lab }) => {
  const { a } = triangle(lab);
  expect(await explanationOf(expect(a).toReach('10.0.1.2', { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ b asks who has 10.0.2.2, and nobody answers: ${REFUSES}`,
  );
});

test('the reverse path filter of the asker, which refuses the answer', async ({ lab }) => {
  const { a, b, eth1 } = triangle(lab);
  b.neighbour.add({ to: '10.0.2.2', lladdr: eth1.mac, dev: 'eth1' });
  expect(await explanationOf(expect(a).toReach('10.0.1.2', { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 → r/eth1 → b/eth0

Path of its answer (ICMP echo reply 10.0.1.2 > 10.0.0.1 id N seq N):
  b/eth1 → a/eth1 ✗ ${REFUSES}`,
  );
});

test('a host that has a whole subnet as its own, and answers no echo', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await b.exec('ip', ['route', 'add', 'local', '10.9.0.0/16', 'dev', 'lo']);
  r.route.add({ to: '10.9.0.0/16', via: '10.0.1.2' });
  await expect(a).toReach('10.9.1.1');
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach('10.9.1.1', { within: 50 }))).toContain(
    '→ r/eth1 → b/eth0 ✗ b answers no echo: net.ipv4.icmp_echo_ignore_all is 1\n',
  );
});

test('a port at which nobody listens: a refusal that came is no loss', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  const port = { port: 80, listen: false, within: 50 } as const;
  const explanation = await explanationOf(expect(a).toReach(b, { by: 'udp', ...port }));
  expect(explanation.replace(/10\.0\.0\.1:\d+/, '10.0.0.1:N')).toBe(
    `Path of the last probe (UDP 10.0.0.1:N > 10.0.1.2:80, 17 bytes):
  a/eth0 → r/eth0 → r/eth1 → b/eth0
Hint: nothing listens at udp port 80 in b`,
  );
  expect(await explanationOf(expect(a).toReach(b, { by: 'tcp', ...port }))).toContain(
    '\n  b/eth0 → r/eth1 → r/eth0 → a/eth0\nHint: nothing listens at tcp port 80 in b',
  );
});

// a ── r ── eth0 (b), a port of br0, which has b's addresses; b has one on its loopback, too
test('behind a port of a bridge it is the bridge whose reverse path filter counts', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await ip(b, [
    ['link', 'add', 'br0', 'up', 'type', 'bridge'],
    ['address', 'flush', 'dev', 'eth0'],
    ['link', 'set', 'eth0', 'master', 'br0'],
    ['address', 'add', '10.0.1.2/24', 'dev', 'br0'],
    ['route', 'add', 'default', 'via', '10.0.1.1'],
    ['address', 'add', '10.9.9.9/32', 'dev', 'lo'],
  ]);
  b.sysctl.set('net.ipv4.conf.all.rp_filter', 1);
  r.route.add({ to: '10.9.9.9/32', via: '10.0.1.2' });
  await expect(a).toReach('10.9.9.9');
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach('10.9.9.9', { within: 50 }))).toContain(
    '✗ b answers no echo: net.ipv4.icmp_echo_ignore_all is 1\n',
  );
});

// a ── b: rules say where to look for an address, so that b may have a's
test('where rules have a say, an address of the asker is no reason', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await ip(b, [
    ['address', 'add', '10.0.0.1/32', 'dev', 'lo'],
    ['rule', 'add', 'priority', '5', 'to', '10.0.0.1', 'lookup', '60'],
    ['rule', 'add', 'priority', '6', 'lookup', 'local'],
    ['rule', 'del', 'priority', '0'],
    ['route', 'add', '10.0.0.1', 'dev', 'eth0', 'table', '60'],
  ]);
  await expect(a).toReach('10.0.0.2');
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach('10.0.0.2', { within: 50 }))).toContain('✗ b answers no echo');
});
