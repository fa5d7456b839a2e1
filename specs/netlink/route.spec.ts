import { expect, type Lab, type Namespace, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { ipRoute } from '../../lib/netlink/routing/route.ts';
import { ipRule } from '../../lib/netlink/routing/rule.ts';
import { read } from '../lab/referee.ts';

/** What `ip -j route` says of a route. */
interface Shown {
  dst: string;
  gateway?: string;
  via?: { host: string };
  dev?: string;
  metric?: number;
  prefsrc?: string;
  nexthops?: { gateway?: string; via?: { host: string }; dev: string; weight: number; flags: string[] }[];
}

// a eth0 ── eth0 b
// a eth1 ── eth0 c
function twoWays(lab: Lab) {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const [left, right] = [lab.cable(a, b), lab.cable(a, c)];
  return { a, left: left.a, right: right.a };
}

async function shownBy(namespace: Namespace, family: 4 | 6, to: string): Promise<Shown | undefined> {
  const shown = await read<Shown>(namespace, 'ip', ['-j', `-${family}`, 'route', 'show', to]);
  return shown.find(({ dst }) => dst === to);
}

test.for([
  { family: 4, to: '10.9.0.0/16', via: ['10.0.0.2', '10.0.1.2'] },
  { family: 6, to: 'fd09::/32', via: ['fd00::2', 'fd00:0:0:1::2'] },
] as const)('every next hop of an IPv$family route is listed', async ({ family, to, via }, { lab }) => {
  const { a, left, right } = twoWays(lab);
  const nexthop = (at: 0 | 1, weight: string) => ['nexthop', 'via', via[at], 'weight', weight];
  await a.exec('ip', [`-${family}`, 'route', 'add', to, ...nexthop(0, '3'), ...nexthop(1, '1')]);
  const route = a.route.list({ family }).find((each) => each.to === to);
  expect(route).toMatchObject({
    ...{ family, via: undefined, dev: undefined },
    nextHops: [
      { via: via[0], dev: left.name, weight: 3, onlink: false },
      { via: via[1], dev: right.name, weight: 1, onlink: false },
    ],
  });
});

test('a route over several next hops is made as ip reads it, and said as ip takes it', async ({ lab }) => {
  const { a, left, right } = twoWays(lab);
  const route = ipRoute.add({
    to: { address: '10.9.0.0', length: 16, family: 4 },
    metric: 7,
    nextHops: [
      { via: '10.0.0.2', device: left.index, weight: 3 },
      { via: 'fd00:0:0:1::2', device: right.index },
      { via: '192.0.2.1', device: right.index, onlink: true },
    ],
  });
  engineOf(a).rtnetlink.change(route);
  expect(await shownBy(a, 4, '10.9.0.0/16')).toMatchObject({
    metric: 7,
    nexthops: [
      { gateway: '10.0.0.2', dev: 'eth0', weight: 3, flags: [] },
      { via: { host: 'fd00:0:0:1::2' }, dev: 'eth1', weight: 1, flags: [] },
      { gateway: '192.0.2.1', dev: 'eth1', weight: 1, flags: ['onlink'] },
    ],
  });
  const names = { namespace: 'a', device: (index: number) => (index === left.index ? 'eth0' : 'eth1'), netns: String };
  const words = route.words(names).split(' ');
  await a.exec('ip', ['route', 'del', '10.9.0.0/16']);
  await a.exec('ip', words.slice(words.indexOf('route')));
  expect(await shownBy(a, 4, '10.9.0.0/16')).toMatchObject({ nexthops: [{}, {}, { flags: ['onlink'] }] });
});

// a
test.for(['blackhole', 'unreachable', 'prohibit', 'throw'] as const)(
  'a %s route is made, listed and deleted',
  async (type, { lab }) => {
    const a = lab.namespace('a');
    for (const to of [
      { address: '10.9.0.0', length: 16, family: 4 } as const,
      { address: 'fd09::', length: 32, family: 6 } as const,
    ]) {
      engineOf(a).rtnetlink.change(ipRoute.add({ to, type, table: 1000 }));
      const shown = () =>
        read<{ type: string; dst: string }>(a, 'ip', ['-j', `-${to.family}`, 'route', 'show', 'table', '1000']);
      expect(await shown()).toMatchObject([{ type, dst: `${to.address}/${to.length}` }]);
      const listed = engineOf(a)
        .rtnetlink.list(ipRoute.all({ family: to.family }))
        .filter(({ table }) => table === 1000);
      expect(listed).toMatchObject([{ type, to, ofTheKernel: false }]);
      engineOf(a).rtnetlink.change(ipRoute.delete({ to, table: 1000 }));
      expect(await shown()).toEqual([]);
    }
  },
);

// a
test('rules are read as ip rule has them, and one that is more than a table is not plain', async ({ lab }) => {
  const a = lab.namespace('a');
  await a.exec('ip', ['rule', 'add', 'priority', '10', 'table', '100']);
  await a.exec('ip', ['rule', 'add', 'priority', '20', 'from', '10.0.0.0/8', 'table', '1000']);
  await a.exec('ip', ['rule', 'add', 'priority', '30', 'fwmark', '7', 'table', '100']);
  await a.exec('ip', ['rule', 'add', 'priority', '40', 'table', '100', 'suppress_prefixlength', '0']);
  await a.exec('ip', ['rule', 'add', 'priority', '50', 'blackhole']);
  expect(engineOf(a).rtnetlink.list(ipRule.all({ family: 4 }))).toMatchObject([
    { family: 4, priority: 0, table: 255, isPlain: true },
    { family: 4, priority: 10, table: 100, isPlain: true },
    { family: 4, priority: 20, table: 1000, isPlain: false, from: { address: '10.0.0.0', length: 8 } },
    { family: 4, priority: 30, table: 100, isPlain: false, fwmark: 7, fwmask: 0xffff_ffff },
    { family: 4, priority: 40, table: 100, isPlain: false, suppressPrefixlength: 0 },
    { family: 4, priority: 50, table: 0, isPlain: false, action: 'blackhole' },
    { family: 4, priority: 32766, table: 254, isPlain: true },
    { family: 4, priority: 32767, table: 253, isPlain: true },
  ]);
  expect(ipRule.all({ family: 6 }).words({ namespace: 'a', device: String, netns: String })).toBe(
    'ip -n a -6 rule show',
  );
});
