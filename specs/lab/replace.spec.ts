import { expect, KernelError, type Lab, test } from 'hairpin';
import { read } from './referee.ts';

const BEHIND = '10.0.1.0/24';

// a ── near ─┬─ eth0 r1 eth1 ─┬─ far ── b
//            └─ eth0 r2 eth1 ─┘
function twoRouters(lab: Lab) {
  const [a, b, near, far] = [lab.namespace('a'), lab.namespace('b'), lab.switch('near'), lab.switch('far')];
  const [r1, r2] = [lab.router('r1'), lab.router('r2')];
  for (const host of [a, r1, r2]) lab.cable(host, near);
  for (const host of [b, r1, r2]) lab.cable(host, far);
  const addressOf = (router: typeof r1, at: 0 | 1) => router.interfaces[at]?.address.first(4)?.address ?? '';
  b.route.replace({ to: '10.0.0.0/24', via: addressOf(r1, 1) });
  return { a, b, r2, ways: [addressOf(r1, 0), addressOf(r2, 0)] as const };
}

test('a route is replaced in one step: it is never missing', async ({ lab }) => {
  const { a, b, r2, ways } = twoRouters(lab);
  a.route.replace({ to: BEHIND, via: ways[0] });
  using events = a.monitor('route');
  a.route.replace({ to: BEHIND, via: ways[1] });
  await expect(a).toReach(b, { through: r2 });
  await expect(events).toTell({ to: BEHIND, via: ways[1] }, { times: 1 });
  await expect(events).not.toTell({ deleted: true });
  expect(await read(a, 'ip', ['-j', '-d', 'route', 'show', BEHIND])).toMatchObject([{ gateway: ways[1], dev: 'eth0' }]);
});

// a eth0 ── eth0 b
test.for([
  { family: 4, to: '10.9.0.0/16', via: '10.0.0.2', other: '10.0.0.3' },
  { family: 6, to: 'fd09::/32', via: 'fd00::2', other: 'fd00::3' },
] as const)('only the IPv$family route of the same metric is replaced', async ({ family, to, via, other }, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.route.add({ to, via, metric: 7 });
  a.route.add({ to, via, metric: 8 });
  a.route.replace({ to, nextHops: [{ via }, { via: other, weight: 2 }], metric: 7 });
  a.route.replace({ to, via: other, metric: 9 });
  const shown = () => read(a, 'ip', ['-j', '-d', `-${family}`, 'route', 'show', to]);
  const several = { nexthops: [{ gateway: via }, { gateway: other, weight: 2 }] };
  expect(await shown()).toMatchObject([
    { ...several, metric: 7 },
    { gateway: via, metric: 8 },
    { gateway: other, metric: 9 },
  ]);
  a.route.replace({ to, type: 'unreachable', metric: 7 });
  expect(await shown()).toMatchObject([{ type: 'unreachable', metric: 7 }, { metric: 8 }, { metric: 9 }]);
});

test('a nexthop is replaced in one step: its routes stay, and lead elsewhere', async ({ lab }) => {
  const { a, b, r2, ways } = twoRouters(lab);
  a.nexthop.replace({ id: 1, via: ways[0], dev: 'eth0' });
  a.nexthop.add({ id: 2, via: ways[1], dev: 'eth0' });
  a.nexthop.replace({ id: 10, group: [{ id: 1 }] });
  a.route.replace({ to: BEHIND, nhid: 10 });
  using nexthops = a.monitor('nexthop');
  using routes = a.monitor('route');
  a.nexthop.replace({ id: 10, group: [{ id: 2 }] });
  await expect(a).toReach(b, { through: r2 });
  a.nexthop.replace({ id: 1, via: ways[1], dev: 'eth0' });
  await expect(nexthops).toTell({ id: 1, via: ways[1] }, { times: 1 });
  await expect(nexthops).not.toTell({ deleted: true });
  await expect(routes).not.toTell({ deleted: true });
  expect(await read(a, 'ip', ['-j', '-d', 'nexthop'])).toMatchObject([
    { id: 1, gateway: ways[1] },
    { id: 2, gateway: ways[1] },
    { id: 10, group: [{ id: 2 }] },
  ]);
  expect(await read(a, 'ip', ['-j', '-d', 'route', 'show', BEHIND])).toMatchObject([{ nhid: 10, gateway: ways[1] }]);
});

// a eth0 ── eth0 b
test('a group is no single nexthop', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.nexthop.add({ id: 1, via: '10.0.0.2', dev: 'eth0' });
  a.nexthop.add({ id: 10, group: [{ id: 1 }] });
  const refused = expect.objectContaining({ code: 'EINVAL' });
  expect(() => a.nexthop.replace({ id: 10, via: '10.0.0.2', dev: 'eth0' })).toThrow(refused);
  expect(() => a.nexthop.replace({ id: 10, via: '10.0.0.2', dev: 'eth0' })).toThrow(KernelError);
});
