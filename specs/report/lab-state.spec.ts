import { expect, type Lab, test } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { givenAddresses, isWithheld, withLength } from '../../lib/report/script/given-addresses.ts';
import { givenRoutes } from '../../lib/report/script/given-routes.ts';

const stateOf = (lab: Lab, wanted: string) => {
  const state = readLab(lab).namespaces.find(({ name }) => name === wanted);
  if (!state) throw new Error(`no state of ${wanted}`);
  return state;
};

// At first: ns1 ─ m1 ── up0 (host) ── p0 (sw) ── …
test('it is what the kernel has at that moment, whoever changed it', async ({ lab, macvlanPair }) => {
  const { ns1, host, uplink, switchPort } = macvlanPair({ mode: 'source', macaddr: ['02:00:00:00:dd:01'] });
  await ns1.exec('ip', ['link', 'set', 'm1', 'name', 'renamed', 'mtu', '1400', 'down']);
  await host.exec('ip', ['address', 'add', '192.0.2.1/32', 'dev', 'lo']);
  switchPort.set({ hairpin: true });
  const state = stateOf(lab, 'ns1');
  const [loopback, device] = state.links;
  expect(device).toMatchObject({
    ...{ name: 'renamed', kind: 'macvlan', up: false, carrier: true, mtu: 1400 },
    lower: { namespace: 'host', index: uplink.index },
    data: { mode: 'source', macaddr: ['02:00:00:00:dd:01'], nopromisc: false, nodst: false, bcqueuelen: 1000 },
  });
  // The kernel drops IPv6 addresses with the link.
  expect(device && givenAddresses(state, device).map(withLength)).toEqual(['10.0.0.101/24']);
  expect(loopback && givenAddresses(state, loopback)).toEqual([]);
  const there = stateOf(lab, 'host');
  expect(there.links[0] && givenAddresses(there, there.links[0]).map(withLength)).toEqual(['192.0.2.1/32']);
  const sw = stateOf(lab, 'sw');
  expect(sw.changes.find(({ index }) => index === switchPort.index)?.port).toEqual({
    hairpin: true,
    state: 'forwarding',
  });
  const whole = readLab(lab);
  expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
});

// a ── b, with the same address
test('an address that another host has is one that nobody can use', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  device.address.add('fd00::2/64', { dad: true });
  const state = stateOf(lab, 'a');
  const link = state.links.find(({ index }) => index === device.index);
  expect(link && givenAddresses(state, link).filter(isWithheld).map(withLength)).toEqual(['fd00::2/64']);
});

// left ── router ── right
test('routes are those that somebody added', ({ lab }) => {
  const [left, right, router] = [lab.namespace('left'), lab.namespace('right'), lab.router('router')];
  const [{ a: first }, { a: second }] = [lab.cable(left, router), lab.cable(right, router)];
  const nowhere = { length: 0 };
  expect(readLab(lab).namespaces.map((state) => givenRoutes(state).routes)).toMatchObject([
    [
      { to: nowhere, via: '10.0.0.2', device: first.index },
      { to: nowhere, via: 'fd00::2', device: first.index, metric: 1024 },
    ],
    [
      { to: nowhere, via: '10.0.1.2', device: second.index },
      { to: nowhere, via: 'fd00:0:0:1::2', device: second.index, metric: 1024 },
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
  const told = () => readLab(lab).namespaces.map((state) => givenRoutes(state).deleted);
  expect(told()).toEqual([[], [], [], []]);
  a.route.delete({ to: '10.6.0.0/24', dev: 'eth0' });
  c.route.delete({ to: 'fd04::/64', dev: 'eth0' });
  expect(told()).toEqual([
    [{ to: { address: '10.6.0.0', length: 24, family: 4 }, device: device.index, table: 254 }],
    [],
    [{ to: { address: 'fd04::', length: 64, family: 6 }, device: withoutCarrier.index, table: 254 }],
    [],
  ]);
});
