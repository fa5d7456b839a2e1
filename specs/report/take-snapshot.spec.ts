import { expect, test } from 'hairpin';
import { takeSnapshot } from '../../lib/report/take-snapshot.ts';

// x ── y (a), a eth0 ── eth0 b: x has the index of b's eth0
test('a device is found by the namespace that it is in, not by its index alone', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('ip', ['link', 'add', 'x', 'index', '101', 'type', 'veth', 'peer', 'name', 'y', 'index', '102']);
  const [first, second] = takeSnapshot(lab).namespaces;
  expect(first?.interfaces.map(({ name, peer }) => [name, peer])).toEqual([
    ['eth0', 'b/eth0'],
    ['x', 'a/y'],
    ['y', 'a/x'],
  ]);
  expect(second?.interfaces.map(({ name, peer }) => [name, peer])).toEqual([['eth0', 'a/eth0']]);
});

// ns1 ─ m1 ── up0 (host) ── p0 (sw) …
test('it is what the kernel has at that moment, whoever changed it', async ({ lab, macvlanPair }) => {
  const { ns1, host, switchPort } = macvlanPair({ mode: 'source', macaddr: ['02:00:00:00:dd:01'] });
  await ns1.exec('ip', ['link', 'set', 'm1', 'name', 'renamed', 'mtu', '1400', 'down']);
  await host.exec('ip', ['address', 'add', '192.0.2.1/32', 'dev', 'lo']);
  switchPort.set({ hairpin: true });
  const snapshot = takeSnapshot(lab);
  const of = (wanted: string) => snapshot.namespaces.find(({ name }) => name === wanted);
  expect(of('ns1')?.interfaces).toMatchObject([
    {
      ...{ name: 'renamed', kind: 'macvlan', up: false, carrier: true, mtu: 1400, parent: 'host/up0' },
      macvlan: { mode: 'source', macaddr: ['02:00:00:00:dd:01'], nopromisc: false, nodst: false, bcqueuelen: 1000 },
      // A carrier is the parent's (macvlan_device_event). The kernel drops IPv6 addresses with the link.
      addresses: ['10.0.0.101/24'],
    },
  ]);
  expect(of('host')?.loopback).toEqual({ up: true, addresses: ['192.0.2.1/32'] });
  expect(of('sw')?.interfaces[0]).toMatchObject({ peer: 'host/up0', port: { hairpin: true, isolated: false } });
  expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
});

// a ── b, with the same address
test('an address that another host has is shown as one that nobody can use', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  device.address.add('fd00::2/64', { dad: true });
  expect(takeSnapshot(lab).namespaces[0]?.interfaces).toMatchObject([
    { addresses: ['10.0.0.1/24', expect.anything(), expect.anything()], withheld: ['fd00::2/64'] },
  ]);
});

// left ── router ── right
test('routes are those that somebody added', ({ lab }) => {
  const [left, right, router] = [lab.namespace('left'), lab.namespace('right'), lab.router('router')];
  lab.cable(left, router);
  lab.cable(right, router);
  expect(takeSnapshot(lab).namespaces.map(({ routes }) => routes)).toEqual([
    [
      { to: 'default', family: 4, via: '10.0.0.2', dev: 'eth0' },
      { to: 'default', family: 6, via: 'fd00::2', dev: 'eth0', metric: 1024 },
    ],
    [
      { to: 'default', family: 4, via: '10.0.1.2', dev: 'eth0' },
      { to: 'default', family: 6, via: 'fd00:0:0:1::2', dev: 'eth0', metric: 1024 },
    ],
    [],
  ]);
});

// a ── b     c ── d, which is down     addresses of every length
test('the routes of subnets that are not there are told, and only they', async ({ lab }) => {
  const [a, b, c, d] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.namespace('d')];
  const { a: device } = lab.cable(a, b);
  const { a: withoutCarrier, b: down } = lab.cable(c, d);
  for (const address of ['10.1.0.1/32', '10.2.0.0/31', '10.0.0.7/24', 'fd01::1/128', 'fd02::/127', 'fd03::3/0'])
    device.address.add(address);
  down.set({ up: false });
  withoutCarrier.address.add('10.3.0.1/24');
  withoutCarrier.address.add('fd04::1/64', { dad: false });
  await a.exec('ip', ['address', 'add', '10.5.0.1', 'peer', '10.6.0.2/24', 'dev', 'eth0']);
  await a.exec('ip', ['address', 'add', '10.7.0.1/24', 'dev', 'eth0', 'noprefixroute']);
  const told = () => takeSnapshot(lab).namespaces.map(({ withoutRoutes }) => withoutRoutes);
  expect(told()).toEqual([undefined, undefined, undefined, undefined]);
  a.route.delete({ to: '10.6.0.0/24', dev: 'eth0' });
  c.route.delete({ to: 'fd04::/64', dev: 'eth0' });
  expect(told()).toEqual([
    [{ to: '10.6.0.0/24', family: 4, dev: 'eth0' }],
    undefined,
    [{ to: 'fd04::/64', family: 6, dev: 'eth0' }],
    undefined,
  ]);
});
