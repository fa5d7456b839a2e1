import { describe, expect, type Lab, type Port, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from './rules/add-rules.ts';

// a ── p0 (sw) ─┬─ p1 ── b
//               └─ p2 ── c, which answers in b's place
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const ns of [a, b, c]) lab.cable(ns, sw);
  return { a, b, c };
}

test("another's answer is none of the namespace that was asked for", async ({ lab }) => {
  const { a, b, c } = build(lab);
  c.interface().address.add('10.0.0.2/24');
  b.interface().set({ up: false });
  const failure = await failureOf(expect(a).toReach(b));
  expect(
    failure.replace(/[\d.]+ ms \(\d+ probes?\)/, 'N ms (N probes)').replace(/id \d+ seq \d+/, 'id N seq N'),
  ).toBe(`expect(a).toReach(b)

From:      a 10.0.0.1 (eth0, veth to sw/p0)
To:        b 10.0.0.2, ICMP over IPv4
Expected:  an answer within 1000 ms
Received:  an answer after N ms (N probes), not of b: c has 10.0.0.2 too

Path of the answered probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq N):
  a/eth0 → sw/p0 → sw/p2 → c/eth0
Hint: give c or b another address; whoever has it may answer toReach('10.0.0.2')`);
});

test.for(['arp', 'tcp', 'udp'] as const)('by %s, too', async (by, { lab }) => {
  const { a, b, c } = build(lab);
  c.interface().address.add('10.0.0.2/24');
  const nobody = b.interface('eth0').set({ up: false });
  const port = by === 'arp' ? {} : { port: 4000, listen: false };
  if (by !== 'arp') await answerAt(c, by);
  expect(await failureOf(expect(a).toReach(nobody, { by, ...port }))).toContain(', not of b: c has 10.0.0.2 too\n');
  // Of the address whoever has it may answer.
  await expect(a).toReach('10.0.0.2', { by, ...port });
});

test('that the target got the question is no answer of its own', async ({ lab }) => {
  const { a, b, c } = build(lab);
  // Before b's is learnt: c overrides it with its own advertisement.
  c.interface().address.add('fd00::2/64');
  await addRules(b, 'inet f i { type filter hook input priority 0; }', ['icmpv6 type echo-request counter drop']);
  expect(await failureOf(expect(a).toReach(b, { family: 6 }))).toContain(', not of b: c has fd00::2 too\n');
});

// a ── r, a proxy ── b, which is down
test("a proxy's answer to ARP is none of the target's", async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.sysctl.set('net.ipv4.conf.eth0.proxy_arp', 1);
  b.interface().set({ up: false });
  const failure = await failureOf(expect(a).toReach(b, { by: 'arp' }));
  expect(failure).toContain(', not of b: r answered for 10.0.1.2, as a proxy\n');
  expect(failure).toContain("Hint: ask by 'icmp', which only the target itself answers; or turn proxy_arp off on r");
});

// a ── p0 (sw) ─┬─ p1, isolated as p0 is, or locked ── b
//               └─ p2 ── r, a proxy ── d
test.for([{ isolated: true }, { locked: true, learning: false }])(
  "nor is a proxy's answer to ND, where b has %o",
  async (settings, { lab }) => {
    const [sw, r] = [lab.switch('sw'), lab.router('r')];
    const [a, b, d] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('d')];
    lab.cable(a, sw, { a: { address: 'fd00:9::10/64' }, b: { isolated: 'isolated' in settings } });
    lab.cable(b, sw, { a: { address: 'fd00:9::22/64' }, b: settings });
    lab.cable(r, sw, { a: { address: 'fd00:9::1/64' } });
    lab.cable(r, d);
    r.sysctl.set('net/ipv6/conf/eth0/proxy_ndp', 1);
    r.route.add({ to: 'fd00:9::22', dev: 'eth1' });
    r.neighbour.add({ to: 'fd00:9::22', proxy: true, dev: 'eth0' });
    const failure = await failureOf(expect(a).toReach(b, { by: 'nd' }));
    expect(failure).toContain(', not of b: r answered for fd00:9::22, as a proxy\n');
    expect(failure).toContain('or turn proxy_ndp off on r');
  },
);

// a ── p0 ┐
//         br0 (m), which gives ARP of b's another MAC address
// b ── p1 ┘
test("a bridge that translates the MAC address passes on the target's answer", async ({ lab }) => {
  const [a, b, m] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('m')];
  const ports = [a, b].map(
    (host, at) =>
      lab.cable(host, m, { a: { address: `10.0.0.${at + 1}/24` }, b: { name: `p${at}`, address: false } }).b,
  );
  m.bridge({ name: 'br0', ports });
  const rule = 'oifname p0 ether type arp ether saddr set 02:77:77:77:77:77';
  await addRules(m, 'bridge t post { type filter hook postrouting priority 0; }', [rule]);
  await expect(a).toReach(b, { by: 'arp' });
});

// a ── va ┐
//         br0 (host), which knows the address of b and answers for it
// b ── vb ┘
test("a bridge's answer to ARP is none of the target's", async ({ lab }) => {
  const [host, a, b] = [lab.namespace('host'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, host, { a: { address: '10.0.0.1/24' }, b: { name: 'va', address: false } });
  lab.cable(b, host, { a: { address: '10.0.0.2/24' }, b: { name: 'vb', address: false } });
  await host.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
  for (const port of ['va', 'vb']) await host.exec('ip', ['link', 'set', port, 'master', 'br0']);
  await expect(a).toReach(b, { by: 'arp' });
  const { mac } = b.interface();
  await host.exec('bridge', ['fdb', 'replace', mac, 'dev', 'vb', 'master', 'static']);
  await host.exec('bridge', ['link', 'set', 'dev', 'vb', 'neigh_suppress', 'on']);
  host.neighbour.add({ to: '10.0.0.2', lladdr: mac, dev: 'br0' });
  const failure = await failureOf(expect(a).toReach(b, { by: 'arp', within: 20 }));
  expect(failure).toContain(
    ', not of b: host answered for 10.0.0.2, for its bridge has a port with neigh_suppress or proxy_arp\n',
  );
  await expect(a).toReach(b);
});

test('a negative is told whose answer it was', async ({ lab }) => {
  const { a, b, c } = build(lab);
  c.interface().address.add('10.0.0.2/24');
  b.interface().set({ up: false });
  expect(await failureOf(expect(a).not.toReach(b))).toContain(', not of b: c has 10.0.0.2 too\n');
});

test('an address that two have, and the right one answers', async ({ lab }) => {
  const { a, b, c } = build(lab);
  c.interface().address.add('10.0.0.2/24');
  c.interface().set({ up: false });
  await expect(a).toReach(b);
  await expect(a).toReach(b, { by: 'tcp' });
});

// a ── p0 (sw) ─┬─ p1, locked ── b
//               └─ p2 ── c, a clone of b
test.for([
  ['icmp', 'not of b'],
  // Both send the same bytes, and one copy comes.
  ['arp', 'not surely of b'],
] as const)(
  'that the target sent an answer, by %s, is not that it came',
  { repeats: 4 },
  async ([by, whose], { lab }) => {
    const sw = lab.switch('sw');
    const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
    const clone = { address: '10.0.0.50/24', mac: '02:00:00:00:0b:0b' };
    lab.cable(a, sw);
    const { b: port } = lab.cable(b, sw, { a: clone, b: { locked: true, learning: false } });
    const { b: other } = lab.cable(c, sw, { a: clone, b: { learning: false } });
    expect(await failureOf(expect(a).toReach(b, { by }))).toContain(`, ${whose}: c has 10.0.0.50 too\n`);
    other.set({ up: false });
    await expect(a).not.toReach(b, { because: 'lost', by });
    port.set({ locked: false });
    await expect(a).toReach(b, { by });
  },
);

// a ── p0 (sw) ─┬─ p1 ── r
//               └─ p2 ── b, which is unplugged
test("a router's answer for the first address of its subnet is none of the host's that has it", async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, sw, { a: { address: 'fd00:9::10/64' } });
  lab.cable(r, sw, { a: { address: 'fd00:9::1/64' } });
  const cable = lab.cable(b, sw, { a: { address: 'fd00:9::/64' } });
  cable.unplug();
  const failure = await failureOf(expect(a).toReach(b));
  expect(failure).toContain(', not of b: r answers for fd00:9:: as a router of that subnet (RFC 4291 section 2.6.1)\n');
  expect(failure).toContain(
    '\nHint: the first address of an IPv6 subnet is that of all of its routers: give b another',
  );
  await expect(a).toReach('fd00:9::');
  // The router's own is overridden by b's (RFC 4861 section 7.2.7).
  cable.plug();
  await expect(a).toReach(b);
});

test('in a matrix an answer for an address that two have is inconclusive', async ({ lab }) => {
  const { c } = build(lab);
  c.interface().address.add('10.0.0.2/24');
  const failure = await failureOf(
    expect(lab).toMatchReachability(`
         a  b  c
      a  .  ✓  ✓
      b  ✓  .  ✗
      c  ✓  ✗  .`),
  );
  expect(failure).toContain('a → b was to be reached: inconclusive: it answered, but c has 10.0.0.2 too');
});

// a ── r ─┬─ b
//         └─ c, to which r's packet filter sends what is for b
test('a packet filter that sends the probe elsewhere', async ({ lab }) => {
  const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
  for (const ns of [a, b, c]) lab.cable(ns, r);
  await addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.1.1 dnat to 10.0.2.1']);
  const failure = await failureOf(expect(a).toReach(b, { within: 100 }));
  expect(failure).toMatch(
    /\nReceived: {2}an answer after .* \(\d+ probes?\), not of b: c got the probe, whose target had become 10\.0\.2\.1\n/,
  );
  expect(failure).toMatch(
    /\nHint: a packet filter on the way translates 10\.0\.1\.1, or has a proxy take it \(tproxy\): nft list ruleset$/,
  );
});

test('a router that takes the probe for itself', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(b, r);
  await addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.1.1 redirect']);
  expect(await failureOf(expect(a).toReach(b, { within: 100 }))).toMatch(
    /\nReceived: {2}an answer after .* \(\d+ probes?\), not of b: r took the probe for its own\n/,
  );
});

// a ── r ── b

const NAT = 'ip nat post { type nat hook postrouting priority 100; }';

test.for(['masquerade random', 'masquerade to :700-720'])(
  'an answer by way of `%s` is that of the target, which knows the asker by another port',
  async (translation, { lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    await addRules(r, NAT, [`meta l4proto { tcp, udp } oifname eth1 ${translation}`]);
    for (const by of ['tcp', 'udp'] as const) await expect(a).toReach(b, { by });
    // That another port was asked, and another host, is seen all the same.
    await addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.1.2 redirect']);
    await answerAt(r, 'tcp');
    expect(await failureOf(expect(a).toReach(b, { by: 'tcp', port: 4000, within: 100 }))).toContain(
      ', not of b: r took',
    );
  },
);

// r takes for itself what its packet filter has marked: a transparent proxy
test('who has an address by a table that only a rule asks does not have it', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.rule.add({ fwmark: 1, table: 100 });
  r.route.add({ to: 'default', type: 'local', dev: 'eth0', table: 100 });
  await addRules(r, NAT, ['oifname eth1 masquerade']);
  for (const by of ['icmp', 'tcp', 'udp'] as const) await expect(a).toReach(b, { by });
});

describe('where no program has ever run', () => {
  test('a router that has a route to itself for the address', async ({ lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    r.route.add({ to: '10.0.1.2', type: 'local', dev: 'eth0' });
    b.interface().set({ up: false });
    expect(await failureOf(expect(a).toReach(b))).toContain(', not of b: r has 10.0.1.2 too\n');
  });

  // a, b, which is down ── sw ── r ── d
  test('a router that is a proxy for the address', async ({ lab }) => {
    const [sw, r] = [lab.switch('sw'), lab.router('r')];
    const [a, b, d] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('d')];
    for (const ns of [a, b, r]) lab.cable(ns, sw);
    lab.cable(r, d);
    b.interface().set({ up: false });
    r.route.add({ to: '10.0.0.2', dev: 'eth1' });
    r.neighbour.add({ to: '10.0.0.2', proxy: true, dev: 'eth0' });
    expect(await failureOf(expect(a).toReach(b, { by: 'arp' }))).toContain(', not of b: r answered for 10.0.0.2');
  });

  // a ── p0 ┐
  //         br0 (m), which knows the address of b and answers for it
  // b ── p1 ┘
  test('a bridge that answers', async ({ lab }) => {
    const [a, b, m] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('m')];
    const ends = ['10.0.0.1/24', '10.0.0.2/24'].map((address, at) =>
      lab.cable(at === 0 ? a : b, m, { a: { address }, b: { name: `p${at}`, address: false } }),
    );
    const br0 = m.bridge({ name: 'br0', ports: ends.map((cable) => cable.b) });
    await expect(a).toReach(b);
    br0.fdb.add(b.interface().mac, br0.ports[1] as Port);
    (br0.ports[1] as Port).set({ neighSuppress: true });
    m.neighbour.add({ to: '10.0.0.2', lladdr: b.interface().mac, dev: br0 });
    b.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 8);
    expect(await failureOf(expect(a).toReach(b, { by: 'arp' }))).toContain(', not of b: m answered for 10.0.0.2');
  });
});

test.for(['r', 'b'] as const)('a tunnel of %s that nothing passed hides nobody', async (whose, { lab }) => {
  const { r, b, a } = addRoutedHosts(lab);
  await { r, b }[whose].exec('ip', ['tuntap', 'add', 'dev', 'tun0', 'mode', 'tun']);
  await addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.1.2 redirect']);
  const end = b.interface('eth0').set({ up: false });
  expect(await failureOf(expect(a).toReach(end, { within: 100 }))).toContain(', not of b: r took the probe');
});

// a ── b, and a answers in b's place
test('nothing leaves where the source has the address itself', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: end } = lab.cable(a, b);
  a.interface().address.add('10.0.0.2/24');
  end.set({ up: false });
  expect(await failureOf(expect(a).toReach(b, { within: 100 }))).toContain(
    ', not of b: a has 10.0.0.2 itself, so nothing left it\n\nHint: give a or b another address',
  );
  await expect(a).toReach('10.0.0.2');
});

test('nothing leaves where a route of the source leads to itself', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: end } = lab.cable(a, b);
  await a.exec('ip', ['route', 'add', 'local', '10.0.0.2/32', 'dev', 'lo']);
  end.set({ up: false });
  expect(await failureOf(expect(a).toReach('10.0.0.2', { within: 100 }))).toContain(
    ', not of 10.0.0.2: a has a route to itself for it, so nothing left it\n\nHint: on a: ip route show table local',
  );
});

/** A program that answers at port 4000 in a namespace, ready when this returns. */
async function answerAt(namespace: ReturnType<Lab['namespace']>, by: 'tcp' | 'udp'): Promise<void> {
  const script =
    by === 'tcp'
      ? `require('net').createServer((c) => c.end()).listen(4000, '0.0.0.0', () => console.log('ready'))`
      : `const s = require('dgram').createSocket('udp4');
         s.on('message', (m, from) => s.send(m, from.port, from.address)).bind(4000, '10.0.0.2', () => console.log('ready'))`;
  const server = namespace.exec(process.execPath, ['-e', script], { reject: false });
  await new Promise<void>((ready) => server.stdout.once('data', () => ready()));
}
