import { expect, test } from 'hairpin';
import { read } from '../../lab/referee.ts';
import { failureOf } from '../failure-of.ts';

// a eth0 ── eth0 b
test('addresses are as ip address shows them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  await expect(a).toHaveAddress('10.0.0.1/24');
  await expect(eth0).toHaveAddress('fd00:0:0::1');
  await expect(a).toHaveAddress({ address: expect.stringMatching(/^fe80:/), dev: eth0, scope: 'link' });
  await a.exec('ip', ['address', 'add', '192.0.2.1/32', 'dev', 'lo', 'label', 'lo:1']);
  await expect(a).toHaveAddress({ address: '192.0.2.1', length: 32, dev: 'lo', scope: 'global', label: 'lo:1' });
  await expect(eth0).not.toHaveAddress('192.0.2.1', { hold: 0 });
  await expect(a).not.toHaveAddress('10.0.0.1/16', { hold: 0 });
  expect(await failureOf(expect(a).not.toHaveAddress('10.0.0'))).toBe(
    "expect(a).not.toHaveAddress('10.0.0'): address must be an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64: received '10.0.0'",
  );
});

// a eth0 ── eth0 b
test('routes of every table are as ip route shows them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  const added = [
    'default via 10.0.0.2',
    '10.9.0.0/16 via 10.0.0.2 dev eth0 metric 7 table 100 proto static mtu 1400',
    '10.8.0.0/16 nexthop via 10.0.0.2 weight 3 nexthop via 10.0.0.3 weight 1',
    'blackhole 192.0.2.0/24',
    '203.0.113.9/32 dev eth0',
    'default via fd00::2',
  ];
  for (const route of added) await a.exec('ip', ['route', 'add', ...route.split(' ')]);
  await expect(a).toHaveRoute({ to: 'default', via: '10.0.0.2', dev: eth0 });
  await expect(a).toHaveRoute({ to: '::/0', via: 'fd00::2' });
  await expect(a).not.toHaveRoute({ to: '0.0.0.0/0', via: 'fd00::2' }, { hold: 0 });
  await expect(a).toHaveRoute({ to: '10.9.0.0/16', table: 100, metric: 7, proto: 'static', mtu: 1400 });
  await expect(a).not.toHaveRoute({ to: '10.9.0.0/16', table: 'main' }, { hold: 0 });
  await expect(a).toHaveRoute({ to: '10.8.0.0/16', nextHops: [{ weight: 3 }, { via: '10.0.0.3', dev: 'eth0' }] });
  await expect(a).toHaveRoute({ type: 'blackhole', to: '192.0.2.0/24' });
  await expect(a).toHaveRoute({ to: '203.0.113.9/32', scope: 'link', via: undefined });
  await expect(a).toHaveRoute({ to: '10.0.0.1', type: 'local', table: 'local', proto: 'kernel' });
  expect(await failureOf(expect(a).not.toHaveRoute({ to: '10.9.0.1/16' }))).toBe(
    "expect(a).not.toHaveRoute({ to: '10.9.0.1/16' }): to must be default, an address, or a network such as 10.1.0.0/24 or fd01::/64, without bits behind its length: received '10.9.0.1/16'",
  );
});

// a eth0 ── eth0 b
test('a failure shows the routes that are nearest', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.route.add({ to: '10.7.0.0/16', via: '10.0.0.2' });
  const failure = await failureOf(
    expect(a).toHaveRoute({ to: '10.7.0.0/16', via: '10.0.0.3', dev: expect.stringMatching(/^eth/) }, { within: 0 }),
  );
  expect(failure).toContain(
    "expect(a).toHaveRoute({ to: '10.7.0.0/16', via: '10.0.0.3', dev: expect.stringMatching(/^eth/) }",
  );
  expect(failure).toContain(`The nearest route:
- Expected
+ Received

  {
    "dev": "eth0",
    "to": "10.7.0.0/16",
-   "via": "10.0.0.3",
+   "via": "10.0.0.2",
  }`);
});

// a
test('rules are as ip rule shows them', async ({ lab }) => {
  const a = lab.namespace('a');
  await a.exec(
    'ip',
    'rule add priority 100 from 10.1.0.0/16 fwmark 0x1/0xff iif lo ipproto tcp dport 80-90 lookup 7'.split(' '),
  );
  await a.exec('ip', 'rule add not to 192.0.2.1 priority 200 prohibit'.split(' '));
  await a.exec('ip', '-6 rule add priority 50 goto 32766'.split(' '));
  await expect(a).toHaveRule({
    ...{ priority: 100, from: '10.1.0.0/16', fwmark: '0x1/0xff', iif: 'lo', ipproto: 'tcp', dport: '80-90' },
    ...{ type: 'lookup', table: 7, family: 4 },
  });
  await expect(a).toHaveRule({ ipproto: 6, table: 7 });
  await expect(a).toHaveRule({ not: true, to: '192.0.2.1', type: 'prohibit', priority: 200 });
  await expect(a).toHaveRule({ family: 6, type: 'goto', goto: 32766 });
  await expect(a).toHaveRule({ table: 'main', priority: 32766 });
  await expect(a).not.toHaveRule({ priority: 300 }, { hold: 0 });
  expect(await failureOf(expect(a).not.toHaveRule({ ipproto: 'tpc' }))).toMatch(
    /: ipproto must be a number from 0 to 255, or one of icmp, .*: received 'tpc'$/,
  );
});

// a eth0 ── eth0 b
test('neighbours are as ip neighbour shows them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0, b: far } = lab.cable(a, b);
  const asked = expect(a).toHaveNeighbour({ to: '10.0.0.2', lladdr: far.mac, state: 'REACHABLE' }, { within: 20_000 });
  await a.exec('ping', ['-c', '1', '10.0.0.2']);
  await asked;
  await a.exec('ip', ['neighbour', 'add', 'proxy', 'fd00::9', 'dev', 'eth0']);
  await expect(eth0).toHaveNeighbour({ to: 'fd00::9', proxy: true });
  await expect(a).not.toHaveNeighbour({ to: 'fd00::9', proxy: false }, { hold: 0 });
  await a.exec('ip', 'neighbour add fd00::8 lladdr 02:00:00:00:00:08 router dev eth0'.split(' '));
  await expect(a).toHaveNeighbour({ to: 'fd00::8', router: true, state: 'PERMANENT' });
  expect(await failureOf(expect(a).not.toHaveNeighbour({ state: 'reachable' as never }))).toBe(
    "expect(a).not.toHaveNeighbour({ state: 'reachable' }): state must be one of NONE, INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED, NOARP, PERMANENT: received 'reachable'",
  );
});

// a ── sw ── b
test('fdb entries are as bridge fdb shows them', async ({ lab }) => {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const { a: eth0, b: p0 } = lab.cable(a, sw);
  const { b: p1 } = lab.cable(b, sw);
  const learnt = expect(sw).toHaveFdbEntry(
    { mac: eth0.mac, port: p0, bridge: 'br0', permanent: false },
    { within: 20_000 },
  );
  await a.exec('ping', ['-c', '1', '10.0.0.2']);
  await learnt;
  sw.fdb.add('02:00:00:00:99:01', p1);
  await expect(p1).toHaveFdbEntry({ mac: '02:00:00:00:99:01', permanent: true, local: false, vlan: undefined });
  await expect(p0).not.toHaveFdbEntry({ mac: '02:00:00:00:99:01' }, { hold: 0 });
  const shown = await read<{ mac: string; ifname: string }>(sw, 'bridge', ['-j', 'fdb', 'show', 'br', 'br0']);
  expect(shown).toContainEqual(expect.objectContaining({ mac: '02:00:00:00:99:01', ifname: p1.name }));
});

// a, with a tunnel to 192.0.2.2
test('entries of a vxlan device are as bridge fdb shows them', async ({ lab }) => {
  const a = lab.namespace('a');
  const tunnel = a.link('vxlan', { id: 7, name: 'vx0' });
  await a.exec('bridge', 'fdb append 02:00:00:00:00:07 dev vx0 dst 192.0.2.2'.split(' '));
  await expect(tunnel).toHaveFdbEntry({ mac: '02:00:00:00:00:07', to: '192.0.2.2', port: 'vx0' });
  await expect(a).not.toHaveFdbEntry({ to: '192.0.2.3' }, { hold: 0 });
  lab.cable(a, lab.namespace('b'));
  const entry = '02:00:00:00:00:08 dev vx0 dst 192.0.2.2 port 4790 vni 9 via eth0 extern_learn';
  await a.exec('bridge', `fdb append ${entry}`.split(' '));
  const said = { mac: '02:00:00:00:00:08', udpPort: 4790, vni: 9, via: 'eth0', externLearn: true };
  await expect(tunnel).toHaveFdbEntry(said);
  await expect(tunnel).not.toHaveFdbEntry({ ...said, vni: 7 }, { hold: 0 });
  expect(await failureOf(expect(a).not.toHaveFdbEntry({ vlan: 4095 }))).toBe(
    'expect(a).not.toHaveFdbEntry({ vlan: 4095 }): vlan must be a whole number from 1 to 4094: received 4095',
  );
});

// a ── sw
test('mdb entries are as bridge mdb shows them', async ({ lab }) => {
  const [a, sw] = [lab.namespace('a'), lab.switch('sw', { mcastSnooping: true })];
  const { b: p0 } = lab.cable(a, sw);
  const joined = expect(sw).toHaveMdbEntry({ group: '239.1.1.1', port: p0, bridge: 'br0' }, { within: 20_000 });
  await sw.exec('bridge', ['mdb', 'add', 'dev', 'br0', 'port', p0.name, 'grp', '239.1.1.1', 'permanent']);
  await joined;
  await expect(p0).toHaveMdbEntry({ group: '239.1.1.1', state: 'permanent', vlan: undefined });
  await expect(sw).not.toHaveMdbEntry({ group: '239.1.1.2' }, { hold: 0 });
  expect(await failureOf(expect(sw).not.toHaveMdbEntry({ group: '10.0.0.1' }))).toContain(
    "group must be a multicast address, such as 239.1.1.1, ff05::1 or 01:00:5e:01:01:01: received '10.0.0.1'",
  );
});

// a
test('sysctls are waited for, and held', async ({ lab }) => {
  const a = lab.namespace('a');
  await expect(a).toHaveSysctl('net.ipv4.ip_forward', '0');
  await expect(a).not.toHaveSysctl('net.ipv4.ip_forward', 1, { hold: 20 });
  const changed = expect(a).toHaveSysctl('net.ipv4.ip_forward', 1, { within: 20_000 });
  a.sysctl.set('net.ipv4.ip_forward', 1);
  await changed;
  await expect(a).toHaveSysctl('net.ipv4.ip_local_port_range', '32768 60999');
  await expect(a).toHaveSysctl('net/ipv4/ip_local_port_range', expect.stringMatching(/^\d+ \d+$/));
  const failure = await failureOf(expect(a).toHaveSysctl('net.ipv4.ip_forward', 0, { within: 30 }));
  expect(
    failure.replace(/\d+ looks in \d+ ms/, 'N looks in N ms'),
  ).toBe(`expect(a).toHaveSysctl('net.ipv4.ip_forward', 0, { within: 30 })

In:        a
Expected:  '0' within 30 ms
Received:  '1' (N looks in N ms)`);
  expect(await failureOf(expect(a).toHaveSysctl('net.ipv4.ip_forwards', 0))).toBe(
    "a.sysctl.get: this kernel has no sysctl 'net.ipv4.ip_forwards' (the nearest is net.ipv4.ip_forward)",
  );
  expect(await failureOf(expect(a).not.toHaveSysctl('net.ipv4.ip_forward', ''))).toBe(
    "expect(a).not.toHaveSysctl('net.ipv4.ip_forward', ''): value must be a number, or a text that is not empty: received ''",
  );
});
