import { Bridge, expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { withoutTun } from '../needs.ts';
import { ipLink } from './referee.ts';

// ns1 ─ mv0 (macvlan, by ip) ── up0 (host) ── p0 (sw) ─ gateway
test('a macvlan that a program made has its parent, mode, MAC address and addresses', async ({ lab }) => {
  const [host, ns1, gateway] = [lab.namespace('host'), lab.namespace('ns1'), lab.namespace('gateway')];
  const sw = lab.switch('sw');
  const { a: up0 } = lab.cable(host, sw, { a: { name: 'up0' } });
  lab.cable(gateway, sw);
  const type = ['type', 'macvlan', 'mode', 'private'];
  await host.exec('ip', ['link', 'add', 'mv0', 'link', 'up0', 'netns', ns1.path, ...type]);
  await ns1.exec('ip', ['link', 'set', 'mv0', 'up']);
  await ns1.exec('ip', ['address', 'add', '10.0.0.77/24', 'dev', 'mv0']);
  const mv0 = ns1.interface('mv0');
  const link = await ipLink(ns1, 'mv0');
  expect(mv0).toMatchObject({
    kind: 'macvlan',
    parent: up0,
    mode: 'private',
    index: link.ifindex,
    mac: link.address,
    segment: up0.segment,
  });
  expect(mv0.address.first(4)).toMatchObject({ address: '10.0.0.77', length: 24 });
  expect(ns1.interface()).toBe(mv0);
  await expect(ns1).toReach(gateway, { through: [mv0, up0] });
  mv0.set({ up: false });
  expect((await ipLink(ns1, 'mv0')).flags).not.toContain('UP');
});

// a ─ v0 ── v1 ─ b, by ip
test('a veth pair that a program made is a cable between them, and its path is drawn', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const other = b.path;
  await a.exec('ip', ['link', 'add', 'v0', 'type', 'veth', 'peer', 'name', 'v1', 'netns', other]);
  for (const [ns, name, address] of [
    [a, 'v0', '10.7.0.1/24'],
    [b, 'v1', '10.7.0.2/24'],
  ] as const) {
    await ns.exec('ip', ['address', 'add', address, 'dev', name]);
    await ns.exec('ip', ['link', 'set', name, 'up']);
  }
  // Nobody has asked for the two by their names.
  await expect(a).toReach(b);
  const [v0, v1] = [a.interface('v0'), b.interface('v1')];
  expect([v0.peer, v1.peer]).toEqual([v1, v0]);
  await b.exec('sh', ['-c', 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all']);
  expect(await failureOf(expect(a).toReach(b, { within: 50 }))).toContain('a/v0 → b/v1 ✗ b answers no echo');
});

// a ─ eth0 ── v0 ┐
//                ├─ br1 (r, by ip) ─ r's own stack ─ eth0 ── c
// b ─ eth0 ── v1 ┘
test('a bridge that a program made is a bridge, and the ends of cables on it are its ports', async ({ lab }) => {
  const [a, b, c, r] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.router('r')];
  lab.cable(c, r, { a: { address: '10.8.1.2/24' }, b: { address: '10.8.1.1/24' } });
  await r.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge']);
  await r.exec('ip', ['address', 'add', '10.8.0.1/24', 'dev', 'br1']);
  for (const [number, ns] of [a, b].entries()) {
    const there = ns.path;
    const port = ['link', 'add', `v${number}`, 'master', 'br1', 'up', 'type', 'veth'];
    await r.exec('ip', [...port, 'peer', 'name', 'eth0', 'netns', there]);
    await ns.exec('ip', ['address', 'add', `10.8.0.1${number}/24`, 'dev', 'eth0']);
    await ns.exec('ip', ['link', 'set', 'eth0', 'up']);
    await ns.exec('ip', ['route', 'add', 'default', 'via', '10.8.0.1']);
  }
  c.route.add({ to: '10.8.0.0/24', via: '10.8.1.1' });
  const [br1, v0, v1] = [r.interface('br1'), r.interface('v0'), r.interface('v1')];
  expect(br1).toBeInstanceOf(Bridge);
  expect([v0, v1].map((port) => port.isPort && port.bridge)).toEqual([br1, br1]);
  expect(br1).toMatchObject({ ports: [v0, v1], mac: (await ipLink(r, 'br1')).address });

  await expect(a).toReach(b, { through: [v0, v1], notThrough: br1 });
  await expect(a).toReach(c, { through: [v0, br1, r.interface('eth0')], notThrough: v1 });
  await expect(c).toReach(b, { through: [br1, v1] });
  r.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await failureOf(expect(a).toReach(c, { within: 50 }))).toContain(
    'a/eth0 → r/v0 → r/br1 ✗ r does not forward IPv4: net.ipv4.ip_forward is 0',
  );
  v1.set({ up: false });
  expect(await failureOf(expect(a).toReach(b, { within: 50 }))).toContain('r/v1 is down');
});

// At first: ns1 ─ mv0 ── up0 (host) ── sw   ns2
test('what a program renamed, moved or deleted is noted', async ({ lab }) => {
  const [host, ns1, ns2] = [lab.namespace('host'), lab.namespace('ns1'), lab.namespace('ns2')];
  const { a: up0 } = lab.cable(host, lab.switch('sw'), { a: { name: 'up0' } });
  const mv0 = ns1.macvlan({ parent: up0, mode: 'bridge', name: 'mv0' });
  const port = up0.peer;
  await ns1.exec('ip', ['link', 'set', 'mv0', 'down']);
  await ns1.exec('ip', ['link', 'set', 'mv0', 'name', 'lan0', 'address', '02:00:00:00:01:01']);
  expect(ns1.interface('lan0')).toBe(mv0);
  expect(mv0).toMatchObject({ name: 'lan0', mac: '02:00:00:00:01:01', deleted: false });

  await ns1.exec('ip', ['link', 'set', 'lan0', 'netns', ns2.path]);
  const moved = ns2.interface('lan0');
  expect(moved).toMatchObject({ parent: up0, mode: 'bridge', mac: '02:00:00:00:01:01' });
  expect(mv0.deleted).toBe(true);
  expect(ns1.interfaces).toEqual([]);

  await host.exec('ip', ['link', 'del', 'up0']);
  expect(lab.discover()).toEqual([]);
  expect([up0.deleted, port?.deleted, moved.deleted]).toEqual([true, true, true]);
  expect(() => up0.set({ up: false })).toThrow('host/up0.set: the interface has been deleted');
});

// ns1: eth0, made by the lab, which the lab knows already
test('discover finds each device once, and none of the kernel’s own', async ({ lab }) => {
  const [ns1, sw] = [lab.namespace('ns1'), lab.switch('sw')];
  lab.cable(ns1, sw);
  expect(lab.discover()).toEqual([]);
  await ns1.exec('ip', ['link', 'add', 'br1', 'type', 'bridge']);
  expect(lab.discover().map(String)).toEqual(['ns1/br1']);
  expect(lab.discover()).toEqual([]);
  expect(ns1.interfaces.map(String)).toEqual(['ns1/eth0', 'ns1/br1']);
  expect(() => ns1.interface('br2')).toThrow("ns1.interface: ns1 has no interface 'br2'; it has eth0, br1");
});

// ns1: a bridge without ports, and an ifb, whose operational state nobody sets
test('devices of which no carrier is known are found as they are', async ({ lab }) => {
  const ns1 = lab.namespace('ns1');
  await ns1.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge']);
  await ns1.exec('ip', ['link', 'add', 'ifb9', 'up', 'type', 'ifb']);
  expect(lab.discover().map(({ name, kind }) => `${name} ${kind}`)).toEqual(['br1 bridge', 'ifb9 ifb']);
  expect(ns1.interface('ifb9').state()).toMatchObject({ up: true, operState: 'UNKNOWN' });
});

// ns1: a tap that no program has open
test('a tap is found', async ({ lab, skip }) => {
  const why = withoutTun();
  if (why) skip(why);
  const ns1 = lab.namespace('ns1');
  await ns1.exec('ip', ['tuntap', 'add', 'tap9', 'mode', 'tap']);
  expect(lab.discover().map(({ name, kind }) => `${name} ${kind}`)).toEqual(['tap9 tun']);
});
