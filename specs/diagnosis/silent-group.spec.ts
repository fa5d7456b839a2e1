import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── sw ── b, c: all three are members of all-hosts and all-nodes
function build(lab: Lab) {
  const [sw, a, b, c] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const host of [a, b, c]) lab.cable(host, sw);
  a.route.add({ to: '224.0.0.0/4', dev: 'eth0' });
  return { a, b, c };
}

test('hosts that ignore echo requests to a group', async ({ lab }) => {
  const { a, b } = build(lab);
  expect(await diagnosed(expect(a).toReach('224.0.0.1', SHORT))).toMatchObject({
    code: 'host.echo-ignored',
    facts: { sysctl: 'net.ipv4.icmp_echo_ignore_broadcasts' },
  });
  b.sysctl.set('net.ipv4.icmp_echo_ignore_broadcasts', 0);
  await expect(a).toReach('224.0.0.1');
});

test('over IPv6', async ({ lab }) => {
  const { a, b, c } = build(lab);
  await expect(a).toReach('ff02::1');
  for (const host of [a, b, c]) host.sysctl.set('net.ipv6.icmp.echo_ignore_multicast', 1);
  expect(await diagnosed(expect(a).toReach('ff02::1', SHORT))).toMatchObject({
    code: 'host.echo-ignored',
    facts: { sysctl: 'net.ipv6.icmp.echo_ignore_multicast' },
  });
});

test('a group that nobody joined', async ({ lab }) => {
  const { a } = build(lab);
  expect(await diagnosed(expect(a).toReach('239.1.1.1', SHORT))).toMatchObject({
    code: 'address.none',
    facts: { address: '239.1.1.1' },
  });
});

// a ── r
test('a router that got it has no part in its routes', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  lab.cable(a, r);
  a.route.add({ to: '224.0.0.0/4', dev: 'eth0' });
  expect(await diagnosed(expect(a).toReach('224.0.0.1', SHORT))).toMatchObject({
    code: 'host.echo-ignored',
    facts: { namespace: 'r', sysctl: 'net.ipv4.icmp_echo_ignore_broadcasts' },
    lastSeen: 'r/eth0',
  });
});
