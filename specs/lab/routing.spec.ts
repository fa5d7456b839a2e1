import { expect, KernelError, type Namespace, test } from 'hairpin';
import { ipRules, read } from './referee.ts';
import { refused } from './refused.ts';

type Shown = Record<string, unknown>;

const routes = (namespace: Namespace, ...words: string[]) =>
  read<Shown>(namespace, 'ip', ['-j', '-d', 'route', 'show', ...words]);
const nexthops = (namespace: Namespace) => read<Shown>(namespace, 'ip', ['-j', 'nexthop']);

// a eth0 ── eth0 b
test('a route has its table, type, metric and metrics as ip route shows them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  a.route.add({
    ...{ to: '10.9.0.0/16', via: '10.0.0.2', dev: eth0, table: 100, metric: 7, proto: 'static', tos: 16 },
    ...{ mtu: 1400, advmss: 1360, hoplimit: 9, initcwnd: 20, congctl: 'reno', quickack: true, rtoMin: 300 },
  });
  a.route.add({ to: '192.0.2.0/24', type: 'blackhole' });
  a.route.add({ to: '192.0.3.0/24', type: 'unreachable' });
  a.route.add({ to: '192.0.4.0/24', type: 'prohibit' });
  a.route.add({ to: '192.0.5.0/24', type: 'throw', table: 100 });
  a.route.add({ to: '192.0.6.0/24', type: 'local', dev: 'lo', table: 'local' });
  a.route.add({ to: '198.51.100.1', via: '192.0.2.1', dev: eth0, onlink: true });
  a.route.add({ to: 'default', family: 6, dev: eth0, metric: 5, pref: 'high' });
  expect(await routes(a, 'table', '100')).toMatchObject([
    {
      ...{ dst: '10.9.0.0/16', gateway: '10.0.0.2', dev: 'eth0', metric: 7, protocol: 'static', tos: '0x10' },
      metrics: [{ mtu: 1400, advmss: 1360, hoplimit: 9, initcwnd: 20, congestion: 'reno', quickack: 1, rto_min: 300 }],
    },
    { type: 'throw', dst: '192.0.5.0/24' },
  ]);
  expect(await routes(a)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'blackhole', dst: '192.0.2.0/24' }),
      expect.objectContaining({ type: 'unreachable', dst: '192.0.3.0/24' }),
      expect.objectContaining({ type: 'prohibit', dst: '192.0.4.0/24' }),
      expect.objectContaining({ dst: '198.51.100.1', flags: ['onlink'] }),
    ]),
  );
  expect(await routes(a, 'table', 'local', 'type', 'local')).toContainEqual(
    expect.objectContaining({ dst: '192.0.6.0/24', dev: 'lo', scope: 'host' }),
  );
  expect(await read(a, 'ip', ['-j', '-6', 'route', 'show', 'default'])).toMatchObject([{ metric: 5, pref: 'high' }]);

  expect(a.route.list({ table: 100 })).toMatchObject([
    {
      ...{
        to: '10.9.0.0/16',
        via: '10.0.0.2',
        dev: 'eth0',
        table: 100,
        metric: 7,
        proto: 'static',
        tos: 16,
        mtu: 1400,
      },
      ...{ advmss: 1360, hoplimit: 9, initcwnd: 20, congctl: 'reno', quickack: true, rtoMin: 300 },
    },
    { to: '192.0.5.0/24', type: 'throw' },
  ]);
  expect(a.route.list({ type: 'blackhole' }).map(({ to }) => to)).toEqual(['192.0.2.0/24']);
  a.route.delete({ to: '192.0.2.0/24', type: 'blackhole' });
  a.route.delete({ to: '10.9.0.0/16', table: 100, tos: 16 });
  await expect(a).not.toHaveRoute({ type: 'blackhole' }, { hold: 0 });
  expect(await routes(a, 'table', '100')).toMatchObject([{ type: 'throw' }]);
});

// a eth0 ── eth0 b
test('several next hops, and what they wrap packets in, are as ip route shows them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  a.route.add({
    to: '10.9.0.0/16',
    nextHops: [
      { via: '10.0.0.2', weight: 3 },
      { via: '10.0.0.3', dev: eth0 },
    ],
  });
  a.route.add({ to: '10.8.0.0/16', dev: eth0, encap: { ip: { id: 7, dst: '192.0.2.9', ttl: 9 } } });
  expect(await routes(a, '10.9.0.0/16')).toMatchObject([
    {
      nexthops: [
        { gateway: '10.0.0.2', dev: 'eth0', weight: 3 },
        { gateway: '10.0.0.3', dev: 'eth0', weight: 1 },
      ],
    },
  ]);
  expect(await routes(a, '10.8.0.0/16')).toMatchObject([{ encap: 'ip', id: 7, dst: expect.anything(), ttl: 9 }]);
  expect(a.route.list().find(({ to }) => to === '10.8.0.0/16')).toMatchObject({
    encap: { ip: { id: 7, dst: '192.0.2.9', ttl: 9 } },
  });
});

// a eth0 ── eth0 b
test('segment routing is as ip route shows it (needs CONFIG_IPV6_SEG6_LWTUNNEL)', async ({ lab, skip }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  const segs = ['fd00::a', 'fd00::b'];
  try {
    a.route.add({ to: 'fd09::/64', dev: eth0, encap: { seg6: { mode: 'encap', segs } } });
  } catch (error) {
    skip(error instanceof KernelError && error.code === 'EOPNOTSUPP', 'needs CONFIG_IPV6_SEG6_LWTUNNEL');
    throw error;
  }
  a.route.add({ to: 'fd08::/64', dev: eth0, encap: { seg6: { mode: 'inline', segs } } });
  const { stdout } = await a.exec('ip', ['-6', 'route']);
  expect(stdout).toMatch(/^fd09::\/64 {2}encap seg6 mode encap segs 2 \[ fd00::a fd00::b \] dev eth0/m);
  expect(stdout).toMatch(/^fd08::\/64 {2}encap seg6 mode inline segs 3 \[ fd00::a fd00::b :: \] dev eth0/m);
  await expect(a).toHaveRoute({ to: 'fd09::/64', encap: { seg6: { mode: 'encap', segs } } });
  await expect(a).toHaveRoute({ to: 'fd08::/64', encap: { seg6: { mode: 'inline', segs } } });
});

// r
test('rules are added, listed and deleted as ip rule has them', async ({ lab }) => {
  const r = lab.router('r');
  r.rule.add({ priority: 100, from: '10.1.0.0/16', to: '10.2.0.1', iif: 'lo', fwmark: '0x1/0xff', table: 100 });
  r.rule.add({ priority: 101, not: true, ipproto: 'tcp', dport: '80-90', sport: 7, type: 'prohibit', tos: 16 });
  // In a user namespace with one user there are no others (make_kuid).
  r.rule.add({ priority: 102, uidrange: '0-0', goto: 32766 });
  r.rule.add({ priority: 103, table: 'main', suppressPrefixlength: 0 });
  r.rule.add({ priority: 104, type: 'blackhole', oif: 'lo' });
  r.rule.add({ priority: 105, from: 'fd00::/16', table: 100 });
  r.rule.add({ priority: 106, l3mdev: true });
  expect(await ipRules(r)).toMatchObject([
    {
      priority: 100,
      src: '10.1.0.0',
      srclen: 16,
      dst: '10.2.0.1',
      iif: 'lo',
      fwmark: '0x1',
      fwmask: '0xff',
      table: '100',
    },
    {
      priority: 101,
      not: null,
      ipproto: 'tcp',
      dport_start: 80,
      dport_end: 90,
      sport: 7,
      action: 'prohibit',
      tos: '0x10',
    },
    { priority: 102, uid_start: 0, uid_end: 0, goto: 32766 },
    { priority: 103, table: 'main', suppress_prefixlen: 0 },
    { priority: 104, action: 'blackhole', oif: 'lo' },
    { priority: 106, l3mdev: null },
  ]);
  expect(await ipRules(r, 6)).toMatchObject([{ priority: 105, src: 'fd00::', srclen: 16, table: '100' }]);
  expect(r.rule.list({ family: 4 }).slice(1, 7)).toMatchObject([
    { priority: 100, from: '10.1.0.0/16', to: '10.2.0.1', iif: 'lo', fwmark: '0x1/0xff', type: 'lookup', table: 100 },
    { priority: 101, not: true, ipproto: 'tcp', dport: '80-90', sport: 7, type: 'prohibit', tos: 16 },
    { priority: 102, uidrange: 0, type: 'goto', goto: 32766 },
    { priority: 103, table: 254, suppressPrefixlength: 0 },
    { priority: 104, type: 'blackhole', oif: 'lo' },
    { priority: 106, type: 'lookup', l3mdev: true, table: undefined },
  ]);
  r.rule.delete({ priority: 102 });
  r.rule.delete({ from: '10.1.0.0/16', to: '10.2.0.1' });
  r.rule.delete({ family: 6, priority: 105 });
  expect((await ipRules(r)).map(({ priority }) => priority)).toEqual([101, 103, 104, 106]);
  expect(await ipRules(r, 6)).toEqual([]);
});

// r eth0 ── eth0 b
test('nexthops are added, listed and deleted as ip nexthop has them', async ({ lab }) => {
  const [r, b] = [lab.router('r'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(r, b);
  r.nexthop.add({ id: 1, via: '10.0.0.2', dev: eth0 });
  r.nexthop.add({ id: 2, via: '192.0.2.1', dev: 'eth0', onlink: true });
  r.nexthop.add({ id: 3, blackhole: true });
  r.nexthop.add({ id: 4, via: '10.0.0.9', fdb: true });
  r.nexthop.add({ id: 5, dev: eth0, family: 6 });
  r.nexthop.add({ id: 6, via: 'fd00::2', dev: eth0 });
  r.nexthop.add({ id: 10, group: [{ id: 1, weight: 3 }, { id: 2 }] });
  r.nexthop.add({ id: 11, group: [{ id: 1 }, { id: 2 }], type: 'resilient', buckets: 8, idleTimer: 60 });
  r.route.add({ to: '10.9.0.0/16', nhid: 10 });
  expect(await nexthops(r)).toMatchObject([
    { id: 1, gateway: '10.0.0.2', dev: 'eth0' },
    { id: 2, gateway: '192.0.2.1', flags: ['onlink'] },
    { id: 3, blackhole: null },
    { id: 4, gateway: '10.0.0.9', fdb: null },
    { id: 5, dev: 'eth0' },
    { id: 6, gateway: 'fd00::2', dev: 'eth0' },
    { id: 10, group: [{ id: 1, weight: 3 }, { id: 2 }] },
    { id: 11, type: 'resilient', resilient_args: { buckets: 8, idle_timer: 60 } },
  ]);
  expect(r.nexthop.list()).toMatchObject([
    { id: 1, family: 4, via: '10.0.0.2', dev: 'eth0', group: undefined },
    { id: 2, onlink: true },
    { id: 3, blackhole: true },
    { id: 4, fdb: true, dev: undefined },
    { id: 5, family: 6, dev: 'eth0' },
    { id: 6, family: 6, via: 'fd00::2', dev: 'eth0' },
    {
      id: 10,
      type: 'mpath',
      group: [
        { id: 1, weight: 3 },
        { id: 2, weight: 1 },
      ],
    },
    { id: 11, type: 'resilient', buckets: 8, idleTimer: 60, unbalancedTimer: 0 },
  ]);
  expect(await routes(r, '10.9.0.0/16')).toMatchObject([{ nhid: 10 }]);
  await expect(r).toHaveRoute({ to: '10.9.0.0/16', nhid: 10 });
  r.nexthop.delete(10);
  expect((await nexthops(r)).map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 11]);
  expect(await routes(r, '10.9.0.0/16')).toEqual([]);
});

// a eth0 ── eth0 b
test('neighbours have states, flags and proxies, as ip neighbour shows them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: far } = lab.cable(a, b);
  a.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:00:77', state: 'STALE' });
  a.neighbour.add({ to: 'fd00::77', lladdr: '02:00:00:00:00:77', router: true, externLearn: true });
  b.neighbour.add({ to: '10.0.0.99', proxy: true, dev: far });
  const shown = await read<Shown>(a, 'ip', ['-j', 'neighbour']);
  expect(shown).toContainEqual(expect.objectContaining({ dst: '10.0.0.77', state: ['STALE'] }));
  expect(shown).toContainEqual(expect.objectContaining({ dst: 'fd00::77', router: null, extern_learn: null }));
  expect(await read(b, 'ip', ['-j', 'neighbour', 'show', 'proxy'])).toMatchObject([{ dst: '10.0.0.99', dev: 'eth0' }]);
  expect(b.neighbour.list()).toContainEqual(expect.objectContaining({ to: '10.0.0.99', dev: 'eth0', proxy: true }));
  b.neighbour.delete('10.0.0.99', far, { proxy: true });
  await expect(b).not.toHaveNeighbour({ proxy: true }, { hold: 0 });
});

// a eth0 ── eth0 b
test('a wrong option says what is right', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const errors = [
    () => a.route.add({ to: '10.9.0.0/16', type: 'blackhole', dev: 'eth0' }),
    () => a.route.add({ to: '10.9.0.0/16', nextHops: [] }),
    () => a.route.add({ to: '10.9.0.0/16', nextHops: [{ weight: 2 }] }),
    () => a.route.add({ to: '10.9.0.0/16', nextHops: [{ via: '10.0.0.2', weight: 300 }] }),
    () => a.route.add({ to: '10.9.0.0/16', nhid: 1, via: '10.0.0.2' }),
    () => a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2', table: 'mian' as never }),
    () => a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2', family: 6 }),
    () => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', encap: { mpls: [2 ** 20] } }),
    () => a.route.list({ table: 0 }),
    () => a.rule.add({ from: '10.0.0.0/8' }),
    () => a.rule.add({ from: '10.0.0.0/8', to: 'fd00::1', table: 7 }),
    () => a.rule.add({ table: 7, goto: 100 }),
    () => a.rule.add({ table: 7, dport: '90-80' }),
    () => a.rule.add({ table: 7, fwmark: 'red' }),
    () => a.nexthop.add({ via: '10.0.0.2' } as never),
    () => a.nexthop.add({ id: 1 }),
    () => a.nexthop.add({ id: 1, group: [{ id: 2 }], dev: 'eth0' }),
    () => a.nexthop.add({ id: 1, via: '10.0.0.2', buckets: 4 }),
    () => a.nexthop.add({ id: 1, type: 'resilient', via: '10.0.0.2' }),
    () => a.neighbour.add({ to: '10.0.0.9', proxy: true, lladdr: '02:00:00:00:00:01' }),
    () => a.neighbour.add({ to: '10.0.0.9', lladdr: '02:00:00:00:00:01', state: 'stale' as never }),
  ];
  expect(errors.map(refused)).toMatchInlineSnapshot(`
    [
      "a.route.add: a route of the type blackhole leads nowhere, so it takes no dev",
      "a.route.add: nextHops must be a list such as [{ via: '10.0.0.2' }]: received []",
      "a.route.add: nextHops[0]: a next hop takes via (an address) or dev (an interface)",
      "a.route.add: nextHops[0]: weight must be a whole number from 1 to 256: received 300",
      "a.route.add: nhid stands for the whole way: received via, nhid",
      "a.route.add: table must be a number from 1 to 4294967295, main, local or default: received 'mian'",
      "a.route.add: 10.9.0.0/16 is of IPv4: received family 6",
      "a.route.add: mpls must be a list of MPLS labels, whole numbers from 0 to 1048575, such as [100, 200]: received [1048576]",
      "a.route.list: table must be a number from 1 to 4294967295, main, local or default, or all: received 0",
      "a.rule.add: a rule takes table, goto, l3mdev, or a type such as prohibit",
      "a.rule.add: family, from and to must be of one version of IP",
      "a.rule.add: a rule takes one of table, goto, l3mdev and type, or a type that says the same",
      "a.rule.add: dport must be a whole number from 0 to 65535, or a range such as '8000-8080': received '90-80'",
      "a.rule.add: fwmark must be a mark such as 1 or '0x1', or with the bits that count '0x1/0xff': received 'red'",
      "a.nexthop.add: id must be given: a whole number from 1 to 4294967295",
      "a.nexthop.add: a nexthop takes via, dev, blackhole or group",
      "a.nexthop.add: a group has members in place of dev",
      "a.nexthop.add: buckets belongs to the type resilient",
      "a.nexthop.add: a resilient nexthop is a group: add its members as group",
      "a.neighbour.add: a proxy answers with the MAC address of its interface: leave lladdr out",
      "a.neighbour.add: state must be one of NONE, INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED, NOARP, PERMANENT: received 'stale'",
    ]
  `);
});
