import { expect, type Lab, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

// a ── r ── b
function build(lab: Lab, address: string[]) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address }, b: { address: ['10.0.0.1/24', 'fd00::1/64'] } });
  lab.cable(r, b, { a: { address: ['10.0.1.1/24', 'fd00:0:0:1::1/64'] } });
  return { a, r, b };
}

const facts = { device: 'a/eth0', holder: 'b/eth0', router: 'r' };

test.for([
  [4, '10.0.0.5/16'],
  [6, 'fd00::5/32'],
] as const)('a prefix that is too short, IPv%i', async ([family, own], { lab }) => {
  const { a, b } = build(lab, [own]);
  const address = family === 4 ? '10.0.1.100' : 'fd00:0:0:1::100';
  b.interface().address.add(`${address}/${family === 4 ? 24 : 64}`);
  expect(await diagnosed(expect(a).toReach(address, { within: 50 }))).toMatchObject({
    code: 'neighbour.off-link',
    facts: { ...facts, own, asked: { by: 'a', address } },
    lastSeen: 'r/eth0',
  });
  a.interface().address.delete(own);
  a.interface().address.add(own.replace(/\d+$/, family === 4 ? '24' : '64'));
  a.route.replace({ to: 'default', via: family === 4 ? '10.0.0.1' : 'fd00::1' });
  await expect(a).toReach(address);
});

test('a route without a gateway', async ({ lab }) => {
  const { a, b } = build(lab, ['10.0.0.5/24']);
  a.route.replace({ to: '10.0.1.0/24', dev: 'eth0' });
  expect(await diagnosed(expect(a).toReach(b, { within: 50, family: 4 }))).toMatchObject({
    code: 'neighbour.off-link',
    facts,
  });
});

test('a router that answers in place of the host is no such case', async ({ lab }) => {
  const { a, r, b } = build(lab, ['10.0.0.5/16']);
  r.sysctl.set('net.ipv4.conf.eth0.proxy_arp', 1);
  await expect(a).toReach(b, { family: 4 });
});

// a ── r ── b, and a program on r that has a tap
test('where a program may carry frames from link to link, there is no reason', async ({ lab }) => {
  const { a, r, b } = build(lab, ['10.0.0.5/16']);
  r.link('tun', { mode: 'tap', address: false }).open();
  expect(await diagnosed(expect(a).toReach(b, { within: 50, family: 4 }))).toMatchObject({ code: 'unknown' });
});

// c ── eth1 (a) eth0 ── r ── b
test('a gateway of another link, by its link-local address', async ({ lab }) => {
  const { a, r, b } = build(lab, ['fd00::5/64']);
  lab.cable(a, lab.namespace('c'), { a: { address: false }, b: { address: false } });
  const gateway =
    r
      .interface('eth0')
      .address.list()
      .find(({ address }) => address.startsWith('fe80'))?.address ?? '';
  a.route.replace({ to: 'default', via: gateway, dev: 'eth0' });
  await expect(a).toReach(b, { family: 6 });
  a.route.delete({ to: 'default', via: gateway, dev: 'eth0' });
  a.route.add({ to: 'default', via: gateway, dev: 'eth1' });
  expect(await diagnosed(expect(a).toReach(b, { within: 50, family: 6 }))).toEqual({
    code: 'neighbour.off-link',
    facts: { device: 'a/eth1', holder: 'r/eth0', asked: { by: 'a', address: gateway } },
    ...{ of: 'probe', lastSeen: 'c/eth0' },
  });
});

// a ── r ── b
test('a proxy entry of a router that has proxy_ndp off', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  a.route.add({ to: 'fd00:0:0:1::/64', dev: a.interface() });
  r.neighbour.add({ to: 'fd00:0:0:1::2', proxy: true, dev: r.interface('eth0') });
  const asked = expect(a).toReach(b, { within: 50, family: 6 });
  expect(await diagnosed(asked)).toMatchObject({
    code: 'neighbour.off-link',
    facts: { router: 'r', proxy: { device: 'r/eth0', sysctl: 'net/ipv6/conf/eth0/proxy_ndp' } },
  });
  r.sysctl.set('net.ipv6.conf.eth0.proxy_ndp', 1);
  await expect(a).toReach(b, { family: 6 });
});
