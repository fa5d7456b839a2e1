import { expect, test } from 'hairpin';
import { reversePathCause } from '../../lib/diagnosis/causes/reverse-path.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { diagnosed } from './diagnosed.ts';

const DROP = ['ip t f { type filter hook forward priority 0; }', ['icmp type echo-request drop']] as const;
const DROPPED = '✗ dropped by the packet filter of r, table ip t, chain f (hook forward)';

test.for(['blackhole', 'prohibit', 'unreachable'])('a %s route of a router', async (type, { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('ip', ['route', 'add', type, '10.0.1.2/32']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 ✗ r has a route that leads nowhere: ${type} 10.0.1.2/32
Hint: on r: ip route del ${type} 10.0.1.2/32`,
  );
});

test('the MTU of a route of a router', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('ip', ['route', 'replace', '10.0.1.0/24', 'dev', 'eth1', 'mtu', '1000']);
  expect(await diagnosed(expect(a).toReach(b, { size: 1400, within: 50 }))).toMatchObject({
    code: 'link.mtu',
    facts: { mtu: 1000, length: 1428, where: { is: 'route', namespace: 'r', to: '10.0.1.2' } },
    lastSeen: 'r/eth0',
  });
  // The limit is the route's: with another one the device takes the packet.
  await r.exec('ip', ['route', 'replace', '10.0.1.0/24', 'dev', 'eth1', 'mtu', '1500']);
  await expect(a).toReach(b, { size: 1400 });
});

test('a blackhole route in table local', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('ip', ['route', 'add', 'blackhole', '10.0.1.2/32', 'table', 'local']);
  expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toMatchObject({
    code: 'route.blackhole',
    facts: { namespace: 'r', route: 'blackhole 10.0.1.2/32 table 255' },
    lastSeen: 'r/eth0',
  });
});

test('a blackhole on the way back', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await b.exec('ip', ['route', 'add', 'blackhole', '10.0.0.0/24']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'b/eth0 ✗ b has a route that leads nowhere: blackhole 10.0.0.0/24\nHint: on b: ip route del blackhole 10.0.0.0/24',
  );
});

test('no route at a router', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.route.delete({ to: '10.0.1.0/24', dev: 'eth1' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 ✗ r has no route to 10.0.1.2
Hint: r.route.add({ to: '10.0.1.2', via: … })`,
  );
});

test('forwarding by interface', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net/ipv4/conf/eth0/forwarding', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    "a/eth0 → r/eth0 ✗ r does not forward IPv4: net/ipv4/conf/eth0/forwarding is 0\nHint: r.sysctl.set('net/ipv4/conf/eth0/forwarding', 1)",
  );
  r.sysctl.set('net.ipv4.ip_forward', 0);
  for (const name of ['eth0', 'eth1']) r.sysctl.set(`net/ipv4/conf/${name}/forwarding`, 1);
  await expect(a).toReach(b);
  await addRules(r, ...DROP);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(DROPPED);
});

// Rules choose the table by more than the destination: nothing is said of routes then.
test('where there are rules, no route is to blame', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
  a.interface().address.add('192.0.2.1/32');
  b.route.add({ to: '192.0.2.1', via: '10.0.1.1' });
  for (const words of [
    ['route', 'add', '192.0.2.1/32', 'dev', 'eth1'],
    ['route', 'add', '192.0.2.1/32', 'dev', 'eth0', 'table', '50'],
    ['rule', 'add', 'from', '10.0.1.0/24', 'to', '192.0.2.1', 'table', '50'],
    ['rule', 'add', 'from', '10.0.0.2', 'to', '192.0.2.1', 'table', '50'],
  ])
    await r.exec('ip', words);
  await expect(a).toReach(b, { from: '192.0.2.1' });
  // By the main table alone the way back would lead by eth1; where the kernel tells of a drop, its word hides this.
  expect(reversePathCause(r.interface('eth0'), '192.0.2.1')).toBeUndefined();
  await addRules(r, ...DROP);
  expect(await explanationOf(expect(a).toReach(b, { within: 50, from: '192.0.2.1' }))).toContain(DROPPED);
});

// a ═ r ── b: a's second address leaves by its second cable, by a rule
test('a source address whose routes are chosen by a rule is asked for with them', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(a, r);
  lab.cable(r, b);
  for (const words of [
    ['route', 'del', 'default'],
    ['route', 'add', 'default', 'via', '10.0.1.2', 'table', '7'],
    ['rule', 'add', 'from', '10.0.1.1', 'table', '7'],
  ])
    await a.exec('ip', words);
  b.route.delete({ to: 'default', via: '10.0.2.1' });
  // It leaves, and b gets it: the referee is b's own counter.
  await b.exec('nft', [
    'add table ip c; add chain ip c i { type filter hook input priority 0; }; add rule ip c i icmp type echo-request counter',
  ]);
  await expect(a).not.toReach(b, { from: '10.0.1.1', because: 'lost' });
  expect((await b.exec('nft', ['list', 'ruleset'])).stdout).not.toContain('packets 0');
  expect(await explanationOf(expect(a).toReach(b, { from: '10.0.1.1', within: 50 }))).toContain(
    'a/eth1 → r/eth1 → r/eth2 → b/eth0 ✗ b has no route back to 10.0.1.1\n',
  );
});

// a ── r ── b: a has a way for ICMP alone, which nobody is told who asks for the route without saying so
test('what the taps saw leave has left, whatever the routes say', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  for (const words of [
    ['route', 'del', 'default'],
    ['route', 'add', 'default', 'via', '10.0.0.2', 'table', '7'],
    ['rule', 'add', 'ipproto', 'icmp', 'table', '7'],
  ])
    await a.exec('ip', words);
  await expect(a).toReach(b);
  b.route.delete({ to: 'default', via: '10.0.1.1' });
  expect((await a.exec('ip', ['route', 'get', '10.0.1.2'], { reject: false })).exitCode).not.toBe(0);
  await expect(a).not.toReach(b, { because: 'lost' });
});

// a ── r ── b, and r ── r2 ── b: r's short way is down, and a rule drops what came from a
test('where a rule chooses the table, a link of another way is not to blame', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const r2 = lab.router('r2');
  lab.cable(r, r2);
  lab.cable(r2, b);
  r.interface('eth1').set({ up: false });
  r.route.add({ to: 'default', type: 'blackhole', table: 7 });
  r.rule.add({ iif: 'eth0', table: 7, family: 4 });
  expect(await diagnosed(expect(a).toReach('10.0.1.2', { within: 50 }))).toMatchObject({
    code: 'route.blackhole',
    facts: { namespace: 'r' },
    lastSeen: 'r/eth0',
  });
  r.rule.delete({ iif: 'eth0', table: 7, family: 4 });
  expect(await diagnosed(expect(a).toReach('10.0.1.2', { within: 50 }))).toMatchObject({
    code: 'link.down',
    facts: { device: 'r/eth1' },
  });
});

// a ── r
test.for([
  [4, '198.51.100.1'],
  [6, '2001:db8::1'],
] as const)('a route of IPv%i that is passed over without carrier is there', async ([family, to], { lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  const [of4, of6] = [{ address: '10.0.0.1/24' }, { address: 'fd05::1/64' }];
  lab.cable(a, r, { a: family === 4 ? of4 : of6 });
  a.route.replace({ to: 'default', via: family === 4 ? '10.0.0.2' : 'fd05::2' });
  a.sysctl.set(`net/ipv${family}/conf/eth0/ignore_routes_with_linkdown`, 1);
  r.interface('eth0').set({ up: false });
  expect(await diagnosed(expect(a).toReach(to, { within: 50 }))).toMatchObject({
    code: 'link.no-carrier',
    facts: { device: 'a/eth0', down: { device: 'r/eth0', is: 'peer' } },
  });
});

// a ── b
test('arp_ignore is to blame only where it applies', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  b.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 1);
  await expect(a).toReach(b);
  await b.exec('ip', ['link', 'set', 'eth0', 'arp', 'off']);
  expect(await explanationOf(expect(a).toReach('10.0.0.2', { within: 50 }))).toContain(
    'a/eth0 → b/eth0 ✗ b/eth0 has no ARP (IFF_NOARP)\nHint: on b: ip link set eth0 arp on',
  );
});

test('a broadcast address is nobody’s', async ({ lab }) => {
  const { a } = addRoutedHosts(lab);
  await expect(expect(a).toReach('10.0.0.255', { within: 20 })).rejects.toThrow(
    'Received:  nothing was sent: 10.0.0.255 is a broadcast address: no host has it (EACCES)',
  );
});

test.for(['icmp', 'udp', 'tcp'] as const)(
  'a link-local address by %s is on the link of the source',
  async (by, { lab }) => {
    const { a, r } = addRoutedHosts(lab);
    const own = r
      .interface('eth0')
      .address.list()
      .find(({ scope }) => scope === 253)?.address as string;
    const port = by === 'icmp' ? {} : { port: 99, listen: false };
    if (by === 'icmp') await expect(a).toReach(own);
    else await expect(a).not.toReach(own, { by, because: 'refused', ...port });
  },
);

// a ── b, with addresses of two subnets
test('two subnets on one cable', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '10.0.0.1/24' }, b: { address: '10.0.1.2/24' } });
  expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toMatchObject({
    code: 'route.none',
    facts: { near: { device: 'a/eth0', own: '10.0.0.1/24', holder: 'b/eth0' } },
  });
  // The answer has no way, either.
  a.route.add({ to: '10.0.1.0/24', dev: 'eth0' });
  expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toMatchObject({
    facts: { back: true, near: { device: 'b/eth0', own: '10.0.1.2/24', holder: 'a/eth0' } },
  });
});

// a ── eth0 (r) eth1 ── b, and eth1 has no IPv6
test('a router whose device has no IPv6 has no route by it', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv6.conf.eth1.disable_ipv6', 1);
  expect(await diagnosed(expect(a).toReach(b, { family: 6, within: 50 }))).toMatchObject({
    code: 'route.none',
    facts: { namespace: 'r', withoutIpv6: 'r/eth1' },
  });
});

test('one subnet, whose route is gone', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.route.delete({ to: '10.0.0.0/24' });
  const { code, facts } = await diagnosed(expect(a).toReach(b, { within: 50 }));
  expect({ code, facts }).toEqual({ code: 'route.none', facts: { namespace: 'a', to: '10.0.0.2' } });
});

// a ── eth0 (r) bridge0: the port has the address
test('a port in the place of its bridge', async ({ lab }) => {
  const [a, r] = [lab.namespace('a'), lab.router('r')];
  const { b: eth0 } = lab.cable(a, r);
  r.bridge({ address: false, ports: [eth0] });
  expect(await diagnosed(expect(a).toReach('10.0.0.2', { within: 50 }))).toMatchObject({
    code: 'neighbour.answer-lost',
    facts: { asked: { by: 'r', answeredBy: 'a' }, by: { port: 'r/eth0', bridge: 'r/bridge0' } },
  });
});
