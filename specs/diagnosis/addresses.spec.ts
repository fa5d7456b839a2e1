import { expect, type Lab, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── p0 (sw) ─┬─ p1 ── b
//               └─ p2 ── c
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const [, p1] = [a, b, c].map((ns) => lab.cable(ns, sw).b);
  return { a, b, c, p1 };
}

test('the target has the IPv4 address of whoever asks', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().address.add('10.0.0.1/24');
  expect(await diagnosed(expect(a).toReach('10.0.0.2', SHORT))).toEqual({
    code: 'address.own-source',
    facts: { namespace: 'b', address: '10.0.0.1', lost: 'packet' },
    of: 'probe',
    lastSeen: 'b/eth0',
  });
});

test('and of IPv6 it answers itself', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().address.add('fd00::1/64');
  expect(await diagnosed(expect(a).toReach('fd00::2', SHORT))).toMatchObject({
    code: 'address.own-source',
    facts: { namespace: 'b', address: 'fd00::1', lost: 'answer' },
    lastSeen: 'b/eth0',
  });
});

test('two hosts with one MAC address: the switch sends to whoever used it last', async ({ lab }) => {
  const { a, b, c, p1 } = build(lab);
  const { mac } = b.interface();
  // Whatever b may say meanwhile, of its own accord, is not learnt.
  p1?.set({ learning: false });
  c.interface().set({ mac });
  a.neighbour.add({ to: '10.0.0.2', lladdr: mac });
  await expect(c).toReach(a);
  expect(await diagnosed(expect(a).toReach(b, { ...SHORT, neighbours: 'kept' }))).toMatchObject({
    code: 'bridge.other-port',
    facts: { mac, port: 'sw/p2', wanted: 'sw/p1' },
    lastSeen: 'sw/p0',
  });
});

test('an IPv6 address that is still being looked for', async ({ lab }) => {
  const { a, b } = build(lab);
  b.sysctl.set('net/ipv6/conf/eth0/dad_transmits', 255);
  b.interface().address.add('fd00::77/64', { dad: true });
  expect(await diagnosed(expect(a).toReach('fd00::77', SHORT))).toMatchObject({
    code: 'address.tentative',
    facts: { namespace: 'b', address: 'fd00::77', length: 64 },
    lastSeen: 'b/eth0',
  });
});

test('an IPv6 address that another had first', async ({ lab }) => {
  const { a, b, c } = build(lab);
  c.interface().address.add('fd00::77/64');
  b.interface().address.add('fd00::77/64', { dad: true });
  const found = () =>
    b
      .interface()
      .address.list()
      .find(({ address }) => address === 'fd00::77');
  await expect.poll(found).toMatchObject({ dadFailed: true });
  c.interface().address.delete('fd00::77/64');
  expect(await diagnosed(expect(a).toReach('fd00::77', SHORT))).toMatchObject({
    code: 'address.duplicate',
    facts: { namespace: 'b', address: 'fd00::77' },
    lastSeen: 'b/eth0',
  });
});

// a ── b, and a knows b by an old MAC address
test('a neighbour entry with a MAC address that is not the target’s', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.neighbour.add({ to: '10.0.0.2', lladdr: '02:00:00:00:99:99' });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.old-mac',
    facts: {
      ...{ device: 'b/eth0', mac: b.interface().mac, destination: '02:00:00:00:99:99' },
      entry: { namespace: 'a', address: '10.0.0.2', isPermanent: true },
    },
    lastSeen: 'b/eth0',
  });
});

// a ── b, and a knows b by an old MAC address
test('a neighbour entry that was never learnt, with a MAC address that is not the target’s', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('ip', 'neigh add 10.0.0.2 dev eth0 lladdr 02:00:00:00:99:99 nud noarp'.split(' '));
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.old-mac',
    facts: { entry: { namespace: 'a', address: '10.0.0.2', isPermanent: true } },
  });
});

// a ── b
test('no neighbour entry is to blame where a rule writes another MAC address into the frame', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await addRules(a, 'netdev t c { type filter hook egress device eth0 priority 0; }', [
    'ether type ip ether daddr set 02:00:00:00:99:99',
  ]);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({ code: 'unknown', lastSeen: 'b/eth0' });
});

// a ── r ── b
test("a router's neighbour that may not answer", async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  b.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 8);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.arp-ignore',
    facts: { device: 'b/eth0', address: '10.0.1.2', value: 8, asked: { by: 'r', address: '10.0.1.2' } },
    lastSeen: 'r/eth0',
  });
});

test("a router's neighbour that nobody is", async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  b.interface().address.delete('10.0.1.2/24');
  b.interface().address.add('10.0.1.3/24');
  // What nobody ever had, the last router is asked for.
  expect(await diagnosed(expect(a).toReach('10.0.1.9', SHORT))).toMatchObject({
    code: 'router.no-holder',
    facts: { namespace: 'r', address: '10.0.1.9' },
    lastSeen: 'r/eth0',
  });
  expect(await diagnosed(expect(a).toReach('10.0.1.2', SHORT))).toMatchObject({
    code: 'address.gone',
    facts: { address: '10.0.1.2', holder: 'b', why: '10.0.1.2 was deleted' },
    lastSeen: 'r/eth0',
  });
});

test('an IPv6 address that nobody has, and one that went with its link', async ({ lab }) => {
  const { a, b } = build(lab);
  expect(await diagnosed(expect(a).toReach('fd00::99', SHORT))).toMatchObject({
    code: 'address.none',
    facts: { address: 'fd00::99' },
    lastSeen: 'a/eth0',
  });
  b.interface().set({ up: false }).set({ up: true });
  expect(await diagnosed(expect(a).toReach('fd00::2', SHORT))).toMatchObject({
    code: 'address.gone',
    facts: { address: 'fd00::2', holder: 'b', why: 'fd00::2 was deleted, or went when its link went down' },
  });
});

// a ── r ── b, whose MAC address changes
test('a router that has learnt an old MAC address', async ({ lab }) => {
  const { a, b, r } = addRoutedHosts(lab);
  // What r learns stays good for longer than the test takes (neigh_timer_handler).
  for (const of of ['ipv4', 'ipv6']) r.sysctl.set(`net/${of}/neigh/eth1/base_reachable_time_ms`, 3_600_000);
  for (const family of [4, 6] as const) await expect(a).toReach(b, { family });
  b.interface().set({ mac: '02:00:00:00:77:77' });
  for (const [family, address] of [
    [4, '10.0.1.2'],
    [6, 'fd00:0:0:1::2'],
  ] as const) {
    expect(await diagnosed(expect(a).toReach(b, { family, ...SHORT }))).toMatchObject({
      code: 'neighbour.old-mac',
      facts: {
        ...{ device: 'b/eth0', mac: '02:00:00:00:77:77', destination: '02:00:00:00:00:67' },
        entry: { namespace: 'r', address, isPermanent: false },
      },
      lastSeen: 'b/eth0',
    });
  }
  r.neighbour.flush();
  await expect(a).toReach(b);
});

// a ── b
test.for<[what: string, family: 4 | 6, address: string, broken: string]>([
  ['its local route is gone', 4, '10.0.0.2', 'ip route del local 10.0.0.2 dev eth0 table local'],
  ['its local route is gone', 6, 'fd00::2', 'ip -6 route del local fd00::2 dev eth0 table local'],
  ['no rule asks table local', 4, '10.0.0.2', 'ip rule del pref 0'],
])('an address of the target that its routes do not have: %s (IPv%i)', async ([, family, address, broken], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(address, { family });
  const [program = '', ...args] = broken.split(' ');
  await b.exec(program, args);
  expect(await diagnosed(expect(a).toReach(address, { family, within: 50 }))).toEqual({
    ...{ code: 'address.not-local', facts: { namespace: 'b', address } },
    ...{ of: 'probe', lastSeen: 'b/eth0' },
  });
});

// a ── r ── b
test('the same behind a router', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await b.exec('ip', 'route del local 10.0.1.2 dev eth0 table local'.split(' '));
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'address.not-local',
    facts: { namespace: 'b', address: '10.0.1.2' },
  });
});
