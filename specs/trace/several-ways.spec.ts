import { expect, type Lab, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { explanationOf } from './explanation-of.ts';

//           ┌─ r1 ── sw3 ── r2 ─┐           r1 and r2 know the way
// a ── sw1 ─┤                   ├─ sw2 ── b
//           └──────── h ────────┘           h is a host at both: no way, though a shorter one
function besideAHost(lab: Lab) {
  const [sw1, sw2, sw3] = [lab.switch('sw1'), lab.switch('sw2'), lab.switch('sw3')];
  const [a, h, b] = [lab.namespace('a'), lab.namespace('h'), lab.namespace('b')];
  const [r1, r2] = [lab.router('r1'), lab.router('r2')];
  for (const [ns, sw] of [
    [a, sw1],
    [h, sw1],
    [h, sw2],
    [b, sw2],
    [r1, sw1],
    [r1, sw3],
    [r2, sw3],
    [r2, sw2],
  ] as const)
    lab.cable(ns, sw);
  r1.route.add({ to: '10.0.1.0/24', via: '10.0.2.2' });
  r2.route.add({ to: '10.0.0.0/24', via: '10.0.2.1' });
  return { a, b, r1, r2 };
}

test('a router that does not forward, beside a shorter way through a host', async ({ lab }) => {
  const { a, b, r1 } = besideAHost(lab);
  await expect(a).toReach(b);
  r1.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '→ r1/eth0 ✗ r1 does not forward IPv4: net.ipv4.ip_forward is 0\n',
  );
});

test('a router that knows no way, beside a shorter way through a host', async ({ lab }) => {
  const { a, b, r1 } = besideAHost(lab);
  r1.route.delete({ to: '10.0.1.0/24', via: '10.0.2.2' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '→ r1/eth0 ✗ r1 has no route to 10.0.1.2\n',
  );
});

// a ── r ──────── b
//      └── r2 ────┘     by which r is told to go
test('what the longer way lacks is told, where the route leads by it', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [r, r2] = [lab.router('r'), lab.router('r2')];
  lab.cable(a, r);
  lab.cable(r, b);
  lab.cable(r, r2);
  lab.cable(r2, b);
  r.route.add({ to: '10.0.1.2/32', via: '10.0.2.2' });
  r2.route.add({ to: '10.0.1.2/32', via: '10.0.3.2' });
  await expect(a).toReach(b, { through: r2 });
  r2.sysctl.set('net.ipv4.conf.all.arp_ignore', 8);
  r.neighbour.flush();
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '→ r/eth0 ✗ r asks who has 10.0.2.2, and nobody answers: r2/eth0 does not answer ARP for 10.0.2.2: arp_ignore is 8\n',
  );
});

// a ── r ── b
test('that nobody answered before is no reason now', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  b.sysctl.set('net.ipv4.conf.all.arp_ignore', 8);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('nobody answers');
  // After some time the kernel collects those that have failed (neigh_periodic_work).
  const state = () => r.neighbour.list().find(({ to }) => to === '10.0.1.2')?.state ?? 'FAILED';
  await expect.poll(state).toBe('FAILED');
  await r.exec('tc', ['qdisc', 'add', 'dev', 'eth0', 'clsact']);
  // Takes what is IPv4, ahead of the stack.
  await r.exec('tc', 'filter add dev eth0 ingress protocol ip bpf da bytecode'.split(' ').concat('1,6 0 0 2'));
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  // As root the kernel tells of it.
  expect(explanation).toMatch(
    /✗ (a BPF program at the ingress of r\/eth0 may have dropped it, |dropped by traffic control at the ingress of r\/eth0)/,
  );
  expect(explanation).not.toContain('nobody answers');
});

// a ── sw ── r ── b, and a has got the address of r wrong
test('a gateway that nobody is', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const sw = lab.switch('sw');
  lab.cable(a, sw);
  lab.cable(r, sw);
  lab.cable(r, b);
  a.route.add({ to: '10.0.1.0/24', via: '10.0.0.99' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('no device of the lab has 10.0.0.99');
});
