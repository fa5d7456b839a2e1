import { expect, test } from 'hairpin';
import { ipRoutes } from './referee.ts';

// left ── one ── router ── two ── right
test('a router gives the hosts of its segments a default route, and forwards between them', async ({ lab }) => {
  const [one, two] = [lab.switch('one'), lab.switch('two')];
  const [left, right, router] = [lab.namespace('left'), lab.namespace('right'), lab.router('router')];
  lab.cable(left, one);
  lab.cable(router, one);
  lab.cable(router, two);
  lab.cable(right, two);

  expect(await ipRoutes(left)).toMatchObject([{ dst: 'default', gateway: '10.0.0.2', dev: 'eth0' }]);
  expect(await ipRoutes(right)).toMatchObject([{ dst: 'default', gateway: '10.0.1.1', dev: 'eth0' }]);
  expect(await ipRoutes(left, 6)).toMatchObject([{ dst: 'default', gateway: 'fd00::2' }]);
  expect(await ipRoutes(router)).toEqual([]);
  for (const family of [4, 6] as const) {
    await expect(left).toReach(right, { family });
    await expect(right).toReach(left, { family });
  }
  const { stdout } = await left.exec('ping', ['-c', '1', '-W', '1', '10.0.1.2']);
  expect(stdout).toContain('ttl=63');
});

// left ── one ── middle (a host) ── two ── right
test('a host does not forward, even where the machine does', async ({ lab }) => {
  const [one, two] = [lab.switch('one'), lab.switch('two')];
  const [left, right, middle] = [lab.namespace('left'), lab.namespace('right'), lab.namespace('middle')];
  lab.cable(left, one);
  lab.cable(right, two);
  lab.cable(middle, one);
  lab.cable(middle, two);
  left.route.add({ to: '10.0.1.0/24', via: '10.0.0.2' });
  right.route.add({ to: '10.0.0.0/24', via: '10.0.1.2' });
  await expect(left).toReach('10.0.0.2');
  await expect(left).not.toReach(right, { because: 'lost' });
  middle.sysctl.set('net.ipv4.ip_forward', 1);
  await expect(left).toReach(right);
});

// host ── sw ── first, second (routers): host is plugged in last, with a default route of its own in between
test('a host keeps the default route that it has', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [host, first, second] = [lab.namespace('host'), lab.router('first'), lab.router('second')];
  lab.cable(first, sw);
  lab.cable(host, sw);
  lab.cable(second, sw);
  expect(await ipRoutes(host)).toMatchObject([{ dst: 'default', gateway: '10.0.0.1' }]);
});

// host, whose end is down ── router
test('a host whose interface is down gets no default route', async ({ lab }) => {
  const [host, router] = [lab.namespace('host'), lab.router('router')];
  const { a: eth0 } = lab.cable(host, router, { a: { up: false } });
  eth0.set({ up: true });
  expect(await ipRoutes(host)).toEqual([]);
});

// host ── sw ── other, router, late: only the second has an address on the subnet of the switch, and of IPv4 alone
test('a router on another subnet is no default gateway', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [host, other, router] = [lab.namespace('host'), lab.router('other'), lab.router('router')];
  lab.cable(host, sw);
  lab.cable(other, sw, { a: { address: ['192.0.2.1/24', 'fd00:9::1/64'] } });
  expect([await ipRoutes(host), await ipRoutes(host, 6)]).toEqual([[], []]);
  lab.cable(router, sw, { a: { address: ['192.0.2.2/24', '10.0.0.9/24'] } });
  expect(await ipRoutes(host)).toMatchObject([{ dst: 'default', gateway: '10.0.0.9', dev: 'eth0' }]);
  expect(await ipRoutes(host, 6)).toEqual([]);
  const late = lab.namespace('late');
  lab.cable(late, sw, { a: { address: ['192.0.2.7/24'] } });
  expect(await ipRoutes(late)).toMatchObject([{ dst: 'default', gateway: '192.0.2.1' }]);
});
