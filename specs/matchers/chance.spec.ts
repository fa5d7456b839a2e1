import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, type Lab, type Namespace, test } from 'hairpin';
import { describeLoadingPrograms, describeNeeding } from '../needs.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { DROP, passingAtRouteInTurns, passingInTurns, returning, writeProgram } from '../trace/xdp-object.ts';

/** As often as a negative that passes by chance is sure to show itself. */
const ROUNDS = 8;

/** A negative may not pass where one packet of some does arrive. */
async function expectReached(from: Namespace, to: Namespace | string, options: object = {}): Promise<void> {
  for (let round = 0; round < ROUNDS; round++)
    await expect(expect(from).not.toReach(to, options)).rejects.toThrow(/^Received: +an answer/m);
}

describe('three next hops, two of which lead nowhere', () => {
  // a, c, d ── sw ── r ── b: a has next hops that are nobody's, or c and d, which forward nothing
  async function build(lab: Lab, family: '-4' | '-6', other: 'dead' | 'deaf') {
    const [a, sw, r, b] = [lab.namespace('a'), lab.switch('sw'), lab.router('r'), lab.namespace('b')];
    lab.cable(a, sw);
    const { a: near } = lab.cable(r, sw);
    lab.cable(r, b);
    const hosts = [lab.namespace('c'), lab.namespace('d')].map((host) => lab.cable(host, sw).a);
    const addressOf = ({ address }: typeof near) =>
      address.list().find((own) => own.family === Number(family.slice(1)))?.address;
    const dead = family === '-4' ? ['10.0.0.77', '10.0.0.78'] : ['fd00::dead', 'fd00::beef'];
    const nowhere = other === 'deaf' ? hosts.map(addressOf) : dead;
    a.sysctl.set(`net.ipv${family.slice(1)}.fib_multipath_hash_policy`, 1);
    await a.exec('ip', [family, 'route', 'del', 'default']);
    const hops = [...nowhere, addressOf(near)].flatMap((via) => ['nexthop', 'via', `${via}`]);
    await a.exec('ip', [family, 'route', 'add', 'default', ...hops]);
    return { a, b };
  }

  test.for([
    ['tcp', '-4', 'dead'],
    ['udp', '-4', 'dead'],
    ['tcp', '-4', 'deaf'],
    ['udp', '-4', 'deaf'],
    ['udp', '-6', 'deaf'],
  ] as const)('%s, ip %s, %s', async ([by, family, other], { lab }) => {
    const { a, b } = await build(lab, family, other);
    await expectReached(a, b, { by, family: Number(family.slice(1)) });
  });
});

// a ── sw ── b; sw routes to 10.0.5.1 of b, too, by b and by two next hops that are nobody's
test('three next hops of a switch that is also a router', async ({ lab }) => {
  const [a, sw, b] = [lab.namespace('a'), lab.switch('sw'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  for (const name of ['ip_forward', 'fib_multipath_hash_policy']) sw.sysctl.set(`net.ipv4.${name}`, 1);
  await sw.exec('ip', ['address', 'add', '10.0.0.99/24', 'dev', 'br0']);
  await b.exec('ip', ['address', 'add', '10.0.5.1/32', 'dev', 'lo']);
  await a.exec('ip', ['route', 'add', '10.0.5.1', 'via', '10.0.0.99']);
  const hops = ['10.0.0.77', '10.0.0.78', '10.0.0.2'];
  for (const dead of hops.slice(0, 2))
    await sw.exec('ip', ['neighbour', 'add', dead, 'lladdr', '02:00:00:00:99:99', 'dev', 'br0']);
  await sw.exec('ip', ['route', 'add', '10.0.5.1', ...hops.flatMap((via) => ['nexthop', 'via', via])]);
  await expectReached(a, '10.0.5.1', { by: 'udp' });
});

describe('two next hops by the lab itself, where no program has ever run', () => {
  // a ── eth0 (r) eth1 ── r2 ── b, and another next hop of r's that is nobody's
  test.for([
    ['a route', 'tcp'],
    ['a route', 'udp'],
    ['a group', 'udp'],
  ] as const)('%s, by %s', async ([made, by], { lab }) => {
    const [a, r, r2, b] = [lab.namespace('a'), lab.router('r'), lab.router('r2'), lab.namespace('b')];
    lab.cable(a, r);
    lab.cable(r, r2);
    lab.cable(r2, b);
    r2.route.add({ to: '10.0.0.0/24', via: '10.0.1.1' });
    r.sysctl.set('net.ipv4.fib_multipath_hash_policy', 1);
    r.neighbour.add({ to: '10.0.1.77', lladdr: '02:00:00:00:99:99', dev: 'eth1' });
    const [to, hops] = ['10.0.2.2', ['10.0.1.2', '10.0.1.77']];
    if (made === 'a route') r.route.add({ to, nextHops: hops.map((via) => ({ via })) });
    else {
      for (const [at, via] of hops.entries()) r.nexthop.add({ id: at + 1, via, dev: 'eth1' });
      r.nexthop.add({ id: 9, group: [{ id: 1 }, { id: 2 }] });
      r.route.add({ to, nhid: 9 });
    }
    for (let round = 0; round < 3; round++) await expectReached(a, b, { by });
  });
});

describeNeeding(['vxlan'], () => {
  // a (vxlan0 ┄ eth0) ── b (vxlan0 ┄ eth0): a shares out what is for b, and gives most of it to another remote end, which is nobody
  test('two remote ends of a vxlan, one of which is nobody', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    const settings = { id: 7, macLearning: false };
    const [near, far] = [a.link('vxlan', settings), b.link('vxlan', settings)];
    far.fdb.add({ mac: near.mac, dst: '10.0.0.1' });
    a.neighbour.add({ to: '10.0.0.77', lladdr: '02:00:00:00:99:99', dev: 'eth0' });
    for (const [at, via] of ['10.0.0.2', '10.0.0.77'].entries()) a.nexthop.add({ id: at + 1, via, fdb: true });
    a.nexthop.add({ id: 9, group: [{ id: 1 }, { id: 2, weight: 3 }], fdb: true });
    near.fdb.add({ mac: far.mac, nhid: 9 });
    for (const [host, other] of [
      [a, far],
      [b, near],
    ] as const)
      host.neighbour.add({ to: `${other.address.first(4)?.address}`, lladdr: other.mac, dev: 'vxlan0' });
    const options = { by: 'udp', neighbours: 'kept' } as const;
    for (let round = 0; round < ROUNDS; round++)
      await expect(expect(a).not.toReach(far, options)).rejects.toThrow(/^Received: +an answer/m);
    await expect(expect(far).not.toHear(near, { frame: 'unicast' })).rejects.toThrow(
      /another member of a\/vxlan0 might have passed|Received: .*1 cop/,
    );
  });
});

describe('a packet filter that lets some pass', () => {
  // a ── r ── b
  async function build(lab: Lab, rule: string) {
    const { a, r, b } = addRoutedHosts(lab);
    const chain = `chain c { type filter hook forward priority 0; icmp type echo-request ${rule}; };`;
    await r.exec('nft', [`table ip t { ${chain} }`]);
    return { a, b };
  }

  test.for([
    'numgen inc mod 3 != 2 drop',
    'numgen random mod 2 == 0 drop',
    'numgen inc mod 20 != 19 drop',
    'numgen inc mod 100 != 99 drop',
  ])('%s', async (rule, { lab }) => {
    const { a, b } = await build(lab, rule);
    await expectReached(a, b);
  });

  test('one that lets none pass', async ({ lab }) => {
    const { a, b } = await build(lab, 'limit rate 1/second burst 1 packets drop; icmp type echo-request drop');
    await expect(a).not.toReach(b);
  });
});

// a ── b, which lets one question for its MAC address in 25 pass: each is asked once in 20 ms
test.for([
  [4, 'arp', ''],
  [6, 'ip6', 'icmpv6 type nd-neighbor-solicit'],
] as const)(
  'a packet filter of IPv%s that lets some questions for neighbours pass',
  async ([family, table, which], { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    const chain = `chain c { type filter hook input priority 0; ${which} numgen inc mod 25 != 24 drop; };`;
    await b.exec('nft', [`table ${table} t { ${chain} }`]);
    await expect(expect(a).not.toReach(b, { family })).rejects.toThrow(/^Received: +an answer/m);
  },
);

// a ── b, whose packet filter drops what some processors handle: these are all of them, so nothing passes, whichever it is
test('a packet filter that asks for the processor', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await addRules(b, 'ip filter in { type filter hook input priority 0; }', ['meta cpu < 1024 drop']);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(
    /^Received: +inconclusive: .*a packet filter of b asks for the processor/m,
  );
});

// a ── sw ── b
test('one frame that a packet filter of frames drops by chance', async ({ lab }) => {
  const [a, sw, b] = [lab.namespace('a'), lab.switch('sw'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  const chain = 'chain c { type filter hook forward priority 0; numgen inc mod 1000 != 999 drop; };';
  await sw.exec('nft', [`table bridge t { ${chain} }`]);
  await expect(expect(b.interface()).not.toHear(a)).rejects.toThrow(
    'inconclusive: a packet filter of sw may have dropped the only frame by chance',
  );
  await sw.exec('nft', ['flush chain bridge t c; add rule bridge t c ether type ip drop']);
  await expect(b.interface()).not.toHear(a);
});

// a ── r, whose filter drops all but one of a thousand ── b
test('one frame that a router drops by chance', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('nft', [
    'table ip t { chain c { type filter hook forward priority 0; numgen inc mod 1000 != 999 drop; }; }',
  ]);
  const frame = { destination: r.interface('eth0').mac, ip: {}, udp: {} };
  await expect(expect(b).not.toHear(a, { frame })).rejects.toThrow(
    'inconclusive: a packet filter of r may have dropped the only frame by chance',
  );
  await r.exec('nft', ['flush chain ip t c; add rule ip t c drop']);
  await expect(b).not.toHear(a, { frame });
});

// a ── b, which has a program at its device
describeLoadingPrograms(() => {
  async function build(lab: Lab, code: Buffer) {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await b.exec('ip', ['link', 'set', 'eth0', 'xdp', 'object', await writeProgram('xdp', code), 'section', 'xdp']);
    return { a, b };
  }

  test('a program may have dropped the only frame by chance', async ({ lab }) => {
    const { a, b } = await build(lab, returning(DROP));
    for (const asked of [
      expect(b).not.toHear(a),
      expect(b.interface()).not.toSee(a),
      expect(b).toHear(a, { copies: 0 }),
    ])
      await expect(asked).rejects.toThrow(
        'inconclusive: a program at b/eth0 may have dropped the only frame by chance',
      );
    await expect(b).not.toHear(a, { because: 'lost' });
  });

  test('a program lets packets pass half of the time', async ({ lab }) => {
    const { a, b } = await build(lab, passingInTurns());
    await expectReached(a, b);
  });
});

// a ── r, which has a program at its route to b ── b
describeLoadingPrograms(() => {
  test('a program of a route lets packets pass half of the time', async ({ lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    const program = ['obj', await writeProgram('xdp', passingAtRouteInTurns()), 'section', 'xdp'];
    await r.exec('ip', ['route', 'replace', '10.0.1.2/32', 'encap', 'bpf', 'in', ...program, 'dev', 'eth1']);
    await expectReached(a, b);
  });
});

// a ── r, which translates 10.0.9.9 to b or to one of two addresses that nobody has ── b
describe('a translation that is chosen for each connection', () => {
  const SERVERS = '{ 0 : 10.0.1.2, 1 : 10.0.1.77, 2 : 10.0.1.78 }';

  async function build(lab: Lab) {
    const { a, r } = addRoutedHosts(lab);
    const rule = `ip daddr 10.0.9.9 dnat to numgen random mod 3 map ${SERVERS}`;
    await r.exec('nft', [`table ip t { chain c { type nat hook prerouting priority -100; ${rule}; }; }`]);
    return { a, r };
  }

  // conntrack tells echo requests apart by their identifiers.
  test('of echo requests', async ({ lab }) => {
    const { a } = await build(lab);
    for (let round = 0; round < ROUNDS; round++)
      await expect(expect(a).not.toReach('10.0.9.9')).rejects.toThrow(/^Received: +an answer/m);
  });

  test('of the echo requests of a matrix', async ({ lab }) => {
    const { r } = await build(lab);
    await r.exec('nft', ['flush', 'chain', 'ip', 't', 'c']);
    await r.exec('nft', [`add rule ip t c ip daddr 10.0.1.2 dnat to numgen random mod 3 map ${SERVERS}`]);
    for (let round = 0; round < ROUNDS; round++)
      await expect(
        expect(lab).toMatchReachability(`
             a  r  b
          a  .  .  ✗
          r  .  .  .
          b  .  .  .`),
      ).rejects.toThrow('a → b');
  });
});

// a ── r ── b: each TCP and UDP probe has a new source port, of 32768 to 60999 if nobody changes it (ip_local_port_range)
describe('a source port that decides', () => {
  test.for(['tcp', 'udp'] as const)('by a packet filter, %s', async (by, { lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    const chain = `chain c { type filter hook forward priority 0; iif eth0 ${by} sport 32768-51588 drop; };`;
    await r.exec('nft', [`table ip t { ${chain} }`]);
    await expectReached(a, b, { by });
  });

  // The kernel gives the even ones to sockets that only connect, and the odd ones to those that bind first.
  test.for([
    ['even', '0', undefined],
    ['odd', '1', undefined],
    ['odd', '1', '10.0.0.1'],
  ] as const)('all that are %s, by TCP', async ([_, half, from], { lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    const chain = `chain c { type filter hook forward priority 0; iif eth0 ip protocol tcp @th,15,1 ${half} drop; };`;
    await r.exec('nft', [`table ip t { ${chain} }`]);
    await expectReached(a, b, { by: 'tcp', ...(from && { from }) });
    await expect(a).toReach(b, { by: 'tcp' });
  });

  test.for(['tcp', 'udp'] as const)('by a rule of the routes, %s', async (by, { lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    r.rule.add({ iif: 'eth0', sport: '32768-51588', type: 'blackhole', family: 4 });
    await expectReached(a, b, { by });
  });
});

// a ── r ── b: an answer goes to the source port of its probe
describe('a port of answers that decides', () => {
  test.for([
    ['tcp', 'dport 32768-51588'],
    ['udp', 'dport 32768-51588'],
    ['udp', 'dport { 22, 32768-51588 }'],
    ['tcp', 'ackseq < 3000000000'],
    ['udp', 'dport != 53 @th,24,8 < 160 drop; iif eth1 udp dport 0'],
  ] as const)('by a packet filter, %s %s', async ([by, match], { lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    const chain = `chain c { type filter hook forward priority 0; iif eth1 ${by} ${match} drop; };`;
    await r.exec('nft', [`table ip t { ${chain} }`]);
    await expectReached(a, b, { by, port: 53 });
  });

  test.for(['tcp', 'udp'] as const)('by a rule of the routes, %s', async (by, { lab }) => {
    const { a, b } = addRoutedHosts(lab);
    b.rule.add({ dport: '32768-51588', type: 'blackhole', family: 4 });
    await expectReached(a, b, { by, port: 53 });
  });
});

// a ── r, which gives each connection to 10.0.9.9 one of three ports of b ── b, which listens at one of these
test('a port of a translation that is chosen by chance', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const rule = 'ip daddr 10.0.9.9 tcp dport 80 dnat to 10.0.1.2:80-82 random';
  await r.exec('nft', [`table ip t { chain c { type nat hook prerouting priority -100; ${rule}; }; }`]);
  const server = b.run(() => createServer().listen(81));
  await once(server, 'listening');
  await expectReached(a, '10.0.9.9', { by: 'tcp', port: 80 });
  server.close();
});

// a ── r, whose filter is a program ── b
test('a filter of traffic control that lets one in sixteen pass', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  // ldh [40]; and #15; of echo requests number 15 alone is TC_ACT_OK, others TC_ACT_SHOT
  const counts = '5,40 0 0 40,84 0 0 15,21 0 1 15,6 0 0 0,6 0 0 2';
  await r.exec('tc', ['qdisc', 'add', 'dev', 'eth1', 'clsact']);
  await r.exec('tc', [...'filter add dev eth1 egress protocol ip bpf da bytecode'.split(' '), counts]);
  await expectReached(a, b);
});
