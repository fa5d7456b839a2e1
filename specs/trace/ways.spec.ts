import { expect, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';
import { addRules } from './rules/add-rules.ts';

// a ── s1 ─┬─ r1 ─┬─ s2 ── b, where a's way is by r2
//          └─ r2 ─┘
test('of two routers the one that was asked is to blame', async ({ lab }) => {
  const [s1, s2] = [lab.switch('s1'), lab.switch('s2')];
  const [a, r1, r2, b] = [lab.namespace('a'), lab.router('r1'), lab.router('r2'), lab.namespace('b')];
  for (const ns of [a, r1, r2]) lab.cable(ns, s1);
  for (const ns of [r1, r2, b]) lab.cable(ns, s2);
  a.route.delete({ to: 'default', via: '10.0.0.2' });
  a.route.add({ to: 'default', via: '10.0.0.3' });
  await expect(a).toReach(b, { through: r2, notThrough: r1 });
  r2.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.3 id N seq N):
  a/eth0 → s1/p0 → s1/p2 → r2/eth0 ✗ r2 does not forward IPv4: net.ipv4.ip_forward is 0
Hint: r2.sysctl.set('net.ipv4.ip_forward', 1)`,
  );
});

// a ── s1 ═ s2 ── b, by two cables, of which one is blocked at s2
test('of two cables the one that is blocked is no obstacle', async ({ lab }) => {
  const [s1, s2, a, b] = [lab.switch('s1'), lab.switch('s2'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, s1);
  lab.cable(s1, s2, { b: { state: 'listening' } });
  lab.cable(s1, s2);
  const { b: port } = lab.cable(b, s2);
  await expect(a).toReach(b);
  port.set({ bcastFlood: false });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 10.0.0.1):
  a/eth0 → s1/p0 ─┬→ s1/p1 → s2/p0
                  └→ s1/p2 → s2/p1 ✗ s2/p2 sends no broadcast: bcast_flood is off
Hint: set({ bcastFlood: true }) on s2/p2`,
  );
});

// a ── r ═ q ── b, by two cables, of which r uses the second
test('of two links the one that the route takes is followed', async ({ lab }) => {
  const [a, r, q, b] = [lab.namespace('a'), lab.router('r'), lab.router('q'), lab.namespace('b')];
  lab.cable(a, r);
  const { a: unused } = lab.cable(r, q);
  lab.cable(r, q);
  lab.cable(q, b);
  r.route.add({ to: '10.0.3.0/24', via: '10.0.2.2' });
  q.route.add({ to: '10.0.0.0/24', via: '10.0.2.1' });
  await expect(a).toReach(b);
  unused.set({ up: false });
  await addRules(q, 'ip t f { type filter hook forward priority 0; }', ['icmp type echo-request drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'a/eth0 → r/eth0 → r/eth2 → q/eth1 ✗ dropped by the packet filter of q, table ip t, chain f (hook forward)',
  );
});

// a ── eth0 (r) eth1 ── b, where r is asked for eth1's address
test('a host takes what is for it by whichever interface', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const { a: eth1 } = lab.cable(r, b);
  await expect(a).toReach(eth1);
  r.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach(eth1, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.1 id N seq N):
  a/eth0 → r/eth0 ✗ r answers no echo: net.ipv4.icmp_echo_ignore_all is 1
Hint: r.sysctl.set('net.ipv4.icmp_echo_ignore_all', 0)`,
  );
});

// a ── r, which has 192.0.2.9 on its loopback, as routers do
test('an address on the loopback', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  await r.exec('ip', ['address', 'add', '192.0.2.9/32', 'dev', 'lo']);
  await expect(a).toReach('192.0.2.9');
  r.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach('192.0.2.9', { within: 50 }))).toContain(
    'a/eth0 → r/eth0 ✗ r answers no echo: net.ipv4.icmp_echo_ignore_all is 1\n',
  );
});

// a ═ (r, q) ═ b: b answers by another way than it was asked by
test('an answer that takes another way comes to the same host', async ({ lab }) => {
  const [a, r, q, b] = [lab.namespace('a'), lab.router('r'), lab.router('q'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(a, q);
  lab.cable(r, b);
  lab.cable(q, b);
  // b is 10.0.2.2 by r and 10.0.3.2 by q.
  for (const { to, via } of b.route.list().filter((route) => route.to === 'default')) {
    if (via) b.route.delete({ to, via });
  }
  b.route.add({ to: '10.0.0.0/24', via: '10.0.3.1' });
  q.route.add({ to: '10.0.0.0/24', via: '10.0.1.1' });
  const { a: end } = { a: b.interface('eth0') };
  await expect(a).toReach(end);
  q.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(end, { within: 50 }))).toContain(
    'b/eth1 → q/eth1 ✗ q does not forward IPv4: net.ipv4.ip_forward is 0\n',
  );
});
