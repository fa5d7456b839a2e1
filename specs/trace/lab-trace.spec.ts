import { inspect } from 'node:util';
import { createLab, expect, type Namespace, test } from 'hairpin';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { encodeEthernet } from '../../lib/wire/ethernet.ts';
import { failureOf } from '../matchers/failure-of.ts';
import { addRoutedHosts } from '../routed-hosts.ts';

/** ping's traffic; the kernel's own reports of multicast groups come when they like. */
const PING = { protocol: ['arp', 'icmp'] } as const;

/** A host that asks for a neighbour asks once, however slow the machine is. */
function askOnce(host: Namespace): void {
  host.sysctl.set(`net.ipv4.neigh.${host.interface().name}.retrans_time_ms`, 10_000);
}

// a ── p0 (sw) p1 ── b
//           p2 ── c
test('a ping through a switch: the question floods, what is known goes straight', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const host of [a, b, c]) lab.cable(host, sw);
  askOnce(a);
  const trace = await lab.trace(() => a.exec('ping', ['-c1', '10.0.0.2']), PING);
  expect(String(trace)).toBe(`ARP who-has 10.0.0.2 tell 10.0.0.1
  a/eth0 → sw/p0 ─┬→ sw/p1 → b/eth0
                  └→ sw/p2 → c/eth0
ARP reply 10.0.0.2 is-at ${b.interface().mac}
  b/eth0 → sw/p1 → sw/p0 → a/eth0
ICMP echo request 10.0.0.1 > 10.0.0.2 id #1 seq 1
  a/eth0 → sw/p0 → sw/p1 → b/eth0
ICMP echo reply 10.0.0.2 > 10.0.0.1 id #1 seq 1
  b/eth0 → sw/p1 → sw/p0 → a/eth0`);
  const [flood, , request] = trace.paths;
  expect(flood?.devices).toContain(c.interface());
  expect(request?.devices.map(String)).toEqual(['a/eth0', 'sw/p0', 'sw/p1', 'b/eth0']);
  expect(request?.duplicates).toEqual([]);
  expect(request?.loops).toEqual([]);
  expect(trace.frames).toHaveLength(6 + 4 + 4 + 4);
  expect(trace.losses).toBe(0);
  expect(inspect(flood)).toBe('ARP who-has 10.0.0.2 tell 10.0.0.1');
  expect(inspect(trace.frames[1])).toBe('sw/p0 in: ARP who-has 10.0.0.2 tell 10.0.0.1');
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw), hairpin on ── gateway, neighbour
// ns2 ─ m2 ┘
test('between vepa children it goes to the switch and comes back', async ({ lab, macvlanPair }) => {
  const { ns1, m2 } = macvlanPair({ mode: 'vepa', hairpin: true });
  askOnce(ns1);
  expect(
    String(await lab.trace(() => ns1.exec('ping', ['-c1', '10.0.0.102']), PING)),
  ).toBe(`ARP who-has 10.0.0.102 tell 10.0.0.101
  ns1/m1 → host/up0 → sw/p0 ─┬→ sw/p1 → gateway/eth0
                             ├→ sw/p2 → neighbour/eth0
                             └→ sw/p0 → host/up0 → ns2/m2
ARP reply 10.0.0.102 is-at ${m2?.mac}
  ns2/m2 → host/up0 → sw/p0 → sw/p0 → host/up0 → ns1/m1
ICMP echo request 10.0.0.101 > 10.0.0.102 id #1 seq 1
  ns1/m1 → host/up0 → sw/p0 → sw/p0 → host/up0 → ns2/m2
ICMP echo reply 10.0.0.102 > 10.0.0.101 id #1 seq 1
  ns2/m2 → host/up0 → sw/p0 → sw/p0 → host/up0 → ns1/m1`);
});

// a ── r ── b
test('a router changes TTL, checksum and MAC addresses: it is the same packet for all that', async ({ lab }) => {
  const { a } = addRoutedHosts(lab);
  expect(
    String(await lab.trace(() => a.exec('ping', ['-c1', '10.0.1.2']), { protocol: 'icmp' })),
  ).toBe(`ICMP echo request 10.0.0.1 > 10.0.1.2 id #1 seq 1
  a/eth0 → r/eth0 → r/eth1 → b/eth0
ICMP echo reply 10.0.1.2 > 10.0.0.1 id #1 seq 1
  b/eth0 → r/eth1 → r/eth0 → a/eth0`);
});

// a ── p0 (sw) p1 ── b, and a filter in sw that sends b a copy of all that comes in by p0
test('a second copy is named, and the answer to it is a frame of its own', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  for (const host of [a, b]) lab.cable(host, sw);
  await sw.exec('nft', [
    'add table netdev f; add chain netdev f i { type filter hook ingress device "p0" priority 0; }; add rule netdev f i dup to "p1"',
  ]);
  const trace = await lab.trace(() => a.exec('ping', ['-c1', '10.0.0.2']), { protocol: 'icmp' });
  expect(String(trace)).toBe(`ICMP echo request 10.0.0.1 > 10.0.0.2 id #1 seq 1
  a/eth0 → sw/p0 ─┬→ sw/p1 → b/eth0
                  └→ sw/p1 → b/eth0 (2nd copy)
ICMP echo reply 10.0.0.2 > 10.0.0.1 id #1 seq 1
  b/eth0 → sw/p1 → sw/p0 → a/eth0
ICMP echo reply 10.0.0.2 > 10.0.0.1 id #1 seq 1
  b/eth0 → sw/p1 → sw/p0 → a/eth0`);
  expect(trace.paths.map(({ duplicates }) => duplicates)).toEqual([[{ at: b.interface(), copies: 2 }], [], []]);
});

// a ── b, and a's end of the cable sends a frame every 8 ms
test('what is still under way when the function returns is waited for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: from, b: to } = lab.cable(a, b);
  const slow = ['qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', '1mbit', 'burst', '1200', 'limit', '100000'];
  await a.exec('tc', slow);
  const { paths } = await lab.trace(() => {
    for (const number of [1, 2, 3, 4, 5]) {
      const frame = { destination: to.mac, source: from.mac, etherType: 0x88b5, payload: Buffer.alloc(1000, number) };
      FrameSocket.of(a).send(from, encodeEthernet(frame));
    }
  });
  const sent = paths.filter(({ description }) => description.startsWith('EtherType 0x88b5'));
  expect(sent.map(({ devices }) => devices.join(' → '))).toEqual(Array(5).fill('a/eth0 → b/eth0'));
});

// a ── b
test('a function may be synchronous, and what was sent before it does not count', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('ping', ['-c1', '10.0.0.2']);
  expect(String(await lab.trace(() => {}, { protocol: 'icmp' }))).toBe('no frames');
});

test('a lab without a namespace has no frames', async ({ lab }) => {
  expect(String(await lab.trace(() => {}))).toBe('no frames');
});

test('what a matcher sends is traced as well, and its failure is passed on', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const trace = await lab.trace(() => expect(a).toReach(b), PING);
  expect(trace.paths.map(({ description }) => description.split(' ', 2).join(' '))).toEqual([
    'ARP who-has',
    'ARP reply',
    'ICMP echo',
    'ICMP echo',
  ]);
  b.interface().set({ up: false });
  expect(await failureOf(lab.trace(() => expect(a).toReach(b, { within: 20 })))).toContain('expect(a).toReach(b, ');
});

const wrong: [what: string, call: (lab: ReturnType<typeof createLab>) => unknown, message: string][] = [
  [
    'no function',
    (lab) => lab.trace('ping' as never),
    "lab.trace: fn must be a function such as () => a.exec(…): received 'ping'",
  ],
  [
    'a protocol that there is not',
    (lab) => lab.trace(() => {}, { protocol: 'icmp6' as never }),
    "lab.trace: protocol must be one of arp, icmp, icmpv6, igmp, mld, tcp, udp: received 'icmp6'",
  ],
  [
    'an option that there is not',
    (lab) => lab.trace(() => {}, { only: 'arp' } as never),
    "lab.trace: there is no option 'only'; the options are protocol",
  ],
];

test.for(wrong)('wrong use: %s', async ([, call, message], { lab }) => {
  expect(await failureOf(Promise.resolve(call(lab)))).toBe(message);
});

test('a lab without taps sees nothing, and says so', async () => {
  await using lab = createLab({ taps: false });
  expect(await failureOf(lab.trace(() => {}))).toBe(
    'lab.trace: without taps there is nothing to see: createLab({ taps: true })',
  );
});

test('a closed lab', async () => {
  const lab = createLab();
  await lab.close();
  expect(await failureOf(lab.trace(() => {}))).toBe(
    'lab.trace: the lab is closed. The `lab` fixture closes with its test, `createLab()` with lab.close()',
  );
});
