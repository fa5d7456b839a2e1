import { expect, test } from 'hairpin';
import { withoutTun } from '../needs.ts';
import { explanationOf } from './explanation-of.ts';

// a ── va ┐
//         br0 (left) with a tunnel to nowhere
// b ── vb (right)
test('a tunnel is no missing cable', async ({ lab }) => {
  const [a, left, right, b] = [lab.namespace('a'), lab.namespace('left'), lab.namespace('right'), lab.namespace('b')];
  lab.cable(a, left, { a: { address: '10.0.0.1/24' }, b: { name: 'va', address: false } });
  lab.cable(b, right, { a: { address: '10.0.0.2/24' }, b: { name: 'vb', address: false } });
  await left.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
  await left.exec('ip', ['link', 'set', 'va', 'master', 'br0']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('✗ no cable leads from a/eth0 to b/eth0');
  const vxlan = ['type', 'vxlan', 'id', '1', 'remote', '10.9.0.2', 'dstport', '4789'];
  await left.exec('ip', ['link', 'add', 'vx0', 'master', 'br0', ...vxlan]);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect(explanation).not.toContain('no cable leads');
  expect(explanation).toContain('✗ last seen here');
});

// a ── r1 ── r2 ── b, and a route by a tun device that nobody serves
test('nor is a tunnel that the route leads by the wrong way', async ({ lab, skip }) => {
  const why = withoutTun();
  if (why) skip(why);
  const [a, r1, r2, b] = [lab.namespace('a'), lab.router('r1'), lab.router('r2'), lab.namespace('b')];
  lab.cable(a, r1);
  lab.cable(r1, r2);
  lab.cable(r2, b);
  await r1.exec('ip', ['tuntap', 'add', 'tun0', 'mode', 'tun']);
  await r1.exec('ip', ['link', 'set', 'tun0', 'up']);
  await r1.exec('ip', ['route', 'add', '10.0.2.0/24', 'dev', 'tun0']);
  const asked = () => explanationOf(expect(a).toReach(b, { family: 4, within: 50 }));
  // Its lack of a carrier, or what the kernel says that comes of it.
  expect(await asked()).toMatch(/\n {2}a\/eth0 → r1\/eth0 ✗ (r1\/tun0 has no carrier|dropped by .* of r1\/tun0)/);
});

// a ── va ┐
//         br0 (host), whose ports are isolated
// b ── vb ┘
test('toHear knows of what programs have made', async ({ lab }) => {
  const [host, a, b] = [lab.namespace('host'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, host, { a: { address: '10.0.0.1/24' }, b: { name: 'va', address: false } });
  lab.cable(b, host, { a: { address: '10.0.0.2/24' }, b: { name: 'vb', address: false } });
  await host.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
  for (const port of ['va', 'vb']) await host.exec('ip', ['link', 'set', port, 'master', 'br0']);
  await expect(b).toHear(a);
  for (const port of ['va', 'vb']) await host.exec('bridge', ['link', 'set', 'dev', port, 'isolated', 'on']);
  expect(await explanationOf(expect(b).toHear(a))).toContain('✗ host/va and host/vb are isolated');
});
