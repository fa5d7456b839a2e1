import { expect, type Namespace, test } from 'hairpin';
import { stateOfProcess } from '../../lib/kernel/programs/process-state.ts';
import { failureOf } from '../matchers/failure-of.ts';
import { needsMroute } from '../needs-mroute.ts';

/**
 * The lines of `ip monitor` or `bridge monitor`. It listens by then: its netlink socket has joined groups, and it sleeps. Before that it
 * lists the links by the same socket, and passes over events meanwhile (`rtnl_dump_filter_l` of iproute2).
 */
async function referee(namespace: Namespace, program: 'ip' | 'bridge', ...objects: string[]) {
  const run = namespace.exec(program, ['-o', 'monitor', ...objects], { reject: false });
  let printed = '';
  run.stdout?.on('data', (data) => {
    printed += data;
  });
  await expect
    .poll(async () => (await namespace.exec('cat', ['/proc/self/net/netlink'])).stdout)
    .toMatch(new RegExp(`^\\S+ +0 +${run.pid} +(?!0+ )[0-9a-f]+ `, 'm'));
  await expect.poll(() => stateOfProcess(Number(run.pid))).toBe('S');
  return async (count: number, about: RegExp): Promise<string[]> => {
    const lines = () => printed.split('\n').filter((line) => about.test(line));
    await expect.poll(() => lines().length).toBeGreaterThanOrEqual(count);
    run.kill();
    return lines().map((line) => line.trim());
  };
}

// a eth0 ── eth0 b
test('a monitor tells what ip monitor does of routes and rules, in the same order', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const ip = await referee(a, 'ip', 'route');
  using events = a.monitor('route');
  using rules = a.monitor('rule');
  await a.exec('ip', ['route', 'add', '10.9.0.0/16', 'via', '10.0.0.2']);
  a.route.add({ to: 'fd09::/64', via: 'fd00::2' });
  a.route.delete({ to: '10.9.0.0/16' });
  await a.exec('ip', ['rule', 'add', 'from', '10.1.0.0/16', 'lookup', '7']);

  const printed = await ip(3, /09|10\.9/);
  expect(printed.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    ...['10.9.0.0/16 via 10.0.0.2', 'fd09::/64 via fd00::2', 'Deleted 10.9.0.0/16 via'],
  ]);
  // Without the routes of the addresses, which a worker of the kernel's adds in its own time (addrconf_dad_work).
  expect(events.all().filter(({ to }) => /09|10\.9/.test(to))).toMatchObject([
    { to: '10.9.0.0/16', via: '10.0.0.2', dev: 'eth0', deleted: false },
    { to: 'fd09::/64', via: 'fd00::2', deleted: false },
    { to: '10.9.0.0/16', deleted: true },
  ]);
  await expect(events).toTell({ to: '10.9.0.0/16', deleted: true }, { times: 1 });
  await expect(events).toTell({ to: '10.9.0.0/16' }, { times: 2, hold: 20 });
  await expect(events).not.toTell({ to: '10.8.0.0/16' }, { hold: 20 });
  await expect(rules).toTell({ from: '10.1.0.0/16', table: 7 }, { times: 1, hold: 20 });
});

// a eth0 ── eth0 b
test('a monitor tells of links, addresses, neighbours and nexthops', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0, b: far } = lab.cable(a, b);
  using links = a.monitor('link');
  using addresses = a.monitor('address');
  using neighbours = a.monitor('neighbour');
  using nexthops = a.monitor('nexthop');
  const later = expect(links).toTell({ name: 'eth0', mtu: 1300 }, { within: 20_000 });
  await a.exec('ip', ['link', 'set', 'eth0', 'mtu', '1300']);
  await later;
  eth0.address.add('192.0.2.1/24');
  eth0.address.delete('192.0.2.1/24');
  a.neighbour.add({ to: '10.0.0.2', lladdr: far.mac, state: 'REACHABLE' });
  a.nexthop.add({ id: 1, dev: eth0 });
  await expect(addresses).toTell(
    { address: '192.0.2.1', length: 24, dev: eth0, deleted: false },
    { times: 1, hold: 20 },
  );
  await expect(addresses).toTell({ address: '192.0.2.1', deleted: true });
  await expect(neighbours).toTell({ to: '10.0.0.2', lladdr: far.mac, state: 'REACHABLE' });
  await expect(nexthops).toTell({ id: 1, dev: 'eth0' }, { times: 1, hold: 20 });
});

// a ── sw ── b
test('a monitor tells what bridge monitor does of the fdb and the mdb', async ({ lab }) => {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw', { mcastSnooping: true })];
  const { b: p0 } = lab.cable(a, sw);
  const { b: p1 } = lab.cable(b, sw);
  const bridge = await referee(sw, 'bridge', 'fdb');
  using fdb = sw.monitor('fdb');
  using mdb = sw.monitor('mdb');
  sw.fdb.add('02:00:00:00:99:01', p1);
  sw.fdb.delete('02:00:00:00:99:01', p1);
  expect((await bridge(2, /99:01/)).map((line) => line.replace(/ dev.*/, ''))).toEqual([
    ...['02:00:00:00:99:01', 'Deleted 02:00:00:00:99:01'],
  ]);
  await expect(fdb).toTell({ mac: '02:00:00:00:99:01', port: p1, deleted: false }, { times: 1, hold: 20 });
  await expect(fdb).toTell({ mac: '02:00:00:00:99:01', deleted: true }, { times: 1, hold: 20 });
  await sw.exec('bridge', ['mdb', 'add', 'dev', 'br0', 'port', p0.name, 'grp', '239.1.1.1', 'permanent']);
  await expect(mdb).toTell({ group: '239.1.1.1', port: p0 }, { times: 1, hold: 20 });
});

// a eth0 ── eth0 r eth1 ── eth0 b
test.for([
  { family: 4, group: '239.1.1.1', source: '10.9.0.1', others: '239.1.1.2' },
  { family: 6, group: 'ff05::1', source: 'fd09::1', others: 'ff05::2' },
] as const)('a monitor tells what ip monitor does of multicast routes to $group', async (net, { lab, skip }) => {
  const { family, group, source, others } = net;
  needsMroute(family, skip);
  const [a, b, r] = [lab.namespace('a'), lab.namespace('b'), lab.router('r')];
  const [{ a: eth0 }, { a: eth1 }] = [lab.cable(r, a), lab.cable(r, b)];
  const ip = await referee(r, 'ip', 'mroute');
  using events = r.monitor('mroute');
  using routes = r.monitor('route');
  r.mroute.add({ group, source, in: eth0, out: [eth1] });
  r.mroute.replace({ group, source, in: eth0, out: [] });
  r.mroute.delete({ group, source });
  r.mroute.add({ group: others, in: eth0, out: [eth1] });

  const printed = await ip(4, /Iif: eth0/);
  expect(printed.map((line) => line.replaceAll(/ {2,}/g, ' '))).toEqual([
    expect.stringMatching(new RegExp(`^\\(${source}, ?${group}\\) Iif: eth0 Oifs: eth1 `)),
    expect.stringMatching(new RegExp(`^\\(${source}, ?${group}\\) Iif: eth0 State: resolved`)),
    expect.stringMatching(new RegExp(`^Deleted \\(${source}, ?${group}\\) Iif: eth0 `)),
    expect.stringMatching(new RegExp(`, ?${others}\\) Iif: eth0 Oifs: eth0 eth1 `)),
  ]);
  const one = { family, group, source, in: 'eth0', proto: 'mrouted', unresolved: false };
  expect(events.all()).toMatchObject([
    { ...one, out: [{ dev: 'eth1', ttl: 1 }], deleted: false },
    { ...one, out: [], deleted: false },
    { ...one, out: [], deleted: true },
    { ...one, group: others, source: undefined, out: [{ dev: 'eth0' }, { dev: 'eth1' }], deleted: false },
  ]);
  await expect(events).toTell({ group, source, in: eth0, out: [{ dev: eth1, ttl: 1 }] }, { times: 1, hold: 20 });
  await expect(events).toTell({ group: others, source: undefined }, { times: 1, hold: 20 });
  await expect(events).not.toTell({ group: others, deleted: true }, { hold: 20 });
  // They are not among the routes.
  expect(routes.all().filter(({ to }) => to.startsWith(group))).toEqual([]);
});

// a eth0 ── eth0 b
test('events come one by one, and end with the monitor', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const events = a.monitor('route');
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { to, family, deleted } of events) {
      // A worker of the kernel's adds the routes of IPv6 addresses in its own time (addrconf_dad_work).
      if (family === 6) continue;
      seen.push(`${deleted ? '-' : '+'}${to}`);
      if (deleted) events.close();
    }
  })();
  a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2' });
  await a.exec('ip', ['route', 'delete', '10.9.0.0/16']);
  await reading;
  expect(seen).toEqual(['+10.9.0.0/16', '-10.9.0.0/16']);
  expect(events.all().filter(({ family }) => family === 4)).toHaveLength(2);
});

// a eth0 ── eth0 b
test('a failure says what was told instead', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  using events = a.monitor('route');
  a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2' });
  const failure = await failureOf(expect(events).toTell({ to: '10.9.0.0/16', via: '10.0.0.3' }, { within: 20 }));
  expect(
    failure.replace(/of \d+ events?, in [\d.]+ ms/, 'of N events, in N ms'),
  ).toBe(`expect(a.monitor('route')).toTell({ to: '10.9.0.0/16', via: '10.0.0.3' }, { within: 20 })

In:        a
Expected:  such an event within 20 ms
Received:  0 of N events, in N ms

The nearest route event:
- Expected
+ Received

  {
    "to": "10.9.0.0/16",
-   "via": "10.0.0.3",
+   "via": "10.0.0.2",
  }`);
  a.route.delete({ to: '10.9.0.0/16' });
  expect(await failureOf(expect(events).toTell({ to: '10.9.0.0/16' }, { times: 1 }))).toMatch(
    /Expected: {2}1 such event within 1000 ms, and no more for 100 ms\nReceived: {2}2 of \d+ events, in [\d.]+ ms\n {11}\{\n/,
  );
  expect(await failureOf(expect(events).not.toTell({ deleted: true }))).toMatch(
    /Expected: {2}no such event, for 100 ms\nReceived: {2}1 of \d+ events/,
  );
});

// a eth0 ── eth0 b
test('an event that comes during the hold is one too many', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  using events = a.monitor('route');
  a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2' });
  const failure = failureOf(expect(events).toTell({ to: '10.9.0.0/16' }, { times: 1, hold: 10_000 }));
  await a.exec('ip', ['route', 'delete', '10.9.0.0/16']);
  expect(await failure).toMatch(/Received: {2}2 of \d+ events/);
});

// a
test('lost events make a number inconclusive, and events that are there still count', async ({ lab }) => {
  const a = lab.namespace('a');
  using events = a.monitor('rule');
  a.rule.add({ priority: 1, table: 7 });
  events.all();
  // The kernel keeps 8 MiB for a reader as root, and some 200 KiB otherwise: these are far more than either.
  const changes = Array.from({ length: 20_000 }, (_, at) => `rule ${at % 2 === 0 ? 'add' : 'del'} priority 10 table 7`);
  await a.exec('ip', ['-batch', '-'], { input: changes.join('\n') });
  await expect(events).toTell({ priority: 1 });
  const failure = await failureOf(expect(events).not.toTell({ priority: 2 }));
  expect(failure).toContain('inconclusive: the kernel had no room for some of its events (ENOBUFS)');
  expect(() => events.all()).toThrow("a.monitor('rule'): the kernel had no room for some events (ENOBUFS)");
});

// a
test('a wrong call is refused', async ({ lab }) => {
  const a = lab.namespace('a');
  expect(() => a.monitor('routes' as never)).toThrow(
    "a.monitor: object must be one of link, address, route, neighbour, fdb, mdb, rule, nexthop, mroute: received 'routes'",
  );
  using events = a.monitor('route');
  expect(await failureOf(expect(events).toTell({ dst: '10.0.0.0/8' } as never))).toContain(
    "a route event has no 'dst' (the nearest is to); it has to, family, type,",
  );
  expect(await failureOf(expect(events).not.toTell({}, { times: 1 }))).toContain(
    'times belongs to toTell; with .not there is to be none',
  );
  expect(await failureOf(expect(events).toTell({}, { hold: 5 }))).toContain(
    'hold belongs to times and to .not.toTell; without them it is within',
  );
  expect(await failureOf(expect(a).toTell({} as never))).toContain(
    'expect() takes what namespace.monitor returned: received a Namespace a',
  );
});

// a eth0 ── eth0 b
test('routes that go with their link are not told of one by one, so that none was told proves nothing', async ({
  lab,
}) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2' });
  using events = a.monitor('route');
  eth0.set({ up: false });
  await expect(a).not.toHaveRoute({ to: '10.9.0.0/16' });
  expect(await failureOf(expect(events).not.toTell({ to: '10.9.0.0/16', deleted: true }))).toContain(
    'inconclusive: a link went down, or an address or a nexthop was deleted; the kernel does not tell of each route that goes with it; it told of 0',
  );
  await expect(events).not.toTell({ to: '10.9.0.0/16', deleted: false });
});

// a eth0 ── eth0 b
test('nor are routes that go with their nexthop', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.nexthop.add({ id: 5, via: '10.0.0.2', dev: 'eth0' });
  a.route.add({ to: '10.9.0.0/16', nhid: 5 });
  using events = a.monitor('route');
  a.nexthop.delete(5);
  const { stdout } = await a.exec('ip', ['route', 'show', '10.9.0.0/16']);
  expect(stdout).toBe('');
  expect(await failureOf(expect(events).not.toTell({ to: '10.9.0.0/16', deleted: true }))).toContain(
    'inconclusive: a link went down, or an address or a nexthop',
  );
  await expect(events).not.toTell({ to: '10.9.0.0/16', deleted: false });
});

// a eth0 ── eth0 b
test('nor are nexthops that go with the carrier of their link', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0, b: far } = lab.cable(a, b);
  a.nexthop.add({ id: 5, via: '10.0.0.2', dev: 'eth0' });
  using events = a.monitor('nexthop');
  far.set({ up: false });
  await expect(eth0).toHaveLink({ up: true, carrier: false });
  const { stdout } = await a.exec('ip', ['nexthop', 'show']);
  expect(stdout).toBe('');
  expect(await failureOf(expect(events).not.toTell({ id: 5, deleted: true }))).toContain(
    'inconclusive: a link went down',
  );
});
