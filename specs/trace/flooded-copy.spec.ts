import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

// a ──┐
// r ──┼── a hub: everybody gets everything, a has a way to b by r
// b ──┘
function build(lab: Lab) {
  const hub = lab.switch('hub', { ageingTime: 0 });
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  for (const host of [a, r, b]) lab.cable(host, hub);
  a.route.add({ to: '10.0.0.3/32', via: '10.0.0.2' });
  // It would tell a of the short way.
  r.sysctl.set('net.ipv4.conf.all.send_redirects', 0);
  r.sysctl.set('net/ipv4/conf/eth0/send_redirects', 0);
  return { a, r, b };
}

test('a copy of what a router was to pass on is not the packet: the router is asked why', async ({ lab }) => {
  const { a, r } = build(lab);
  await expect(a).toReach('10.0.0.3');
  r.sysctl.set('net.ipv4.ip_forward', 0);
  const explanation = await explanationOf(expect(a).toReach('10.0.0.3', { within: 50 }));
  expect(explanation).toContain('✗ r does not forward IPv4: net.ipv4.ip_forward is 0\n');
  expect(explanation).not.toContain('the frame is for');
});

test('and of an answer by way of the router, the second copy is the one that came', async ({ lab }) => {
  const { a, b } = build(lab);
  b.route.add({ to: '10.0.0.1/32', via: '10.0.0.2' });
  await a.exec('nft', ['add table ip t; add chain ip t in { type filter hook input priority 0; }']);
  await a.exec('nft', ['add rule ip t in icmp type echo-reply counter drop']);
  expect(await explanationOf(expect(a).toReach('10.0.0.3', { within: 50 }))).toContain(
    'dropped by the packet filter of a, table ip t, chain in (hook input):',
  );
});
