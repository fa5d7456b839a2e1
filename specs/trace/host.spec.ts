import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

// a ── eth0 (r) eth1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  return { a, r, b };
}

test('forwarding off', async ({ lab }) => {
  const { a, r, b } = build(lab);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 ✗ r does not forward IPv4: net.ipv4.ip_forward is 0
Hint: r.sysctl.set('net.ipv4.ip_forward', 1)`,
  );
});

test('no route back', async ({ lab }) => {
  const { a, b } = build(lab);
  b.route.delete({ to: 'default', via: '10.0.1.1' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ b has no route back to 10.0.0.1
Hint: b.route.add({ to: '10.0.0.1', via: … })`,
  );
});

test('the reverse path filter of a router', async ({ lab }) => {
  const { a, r, b } = build(lab);
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
  const { a, r, b } = build(lab);
  r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 2);
  a.interface().address.add('192.0.2.1/32');
  const path = await explanationOf(expect(a).toReach(b, { within: 50, from: '192.0.2.1' }));
  expect(path).toContain('r/eth0 refuses packets from 192.0.2.1: rp_filter is 2, and there is no way back');
});

test('a host that answers no echo', async ({ lab }) => {
  const { a, b } = build(lab);
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
