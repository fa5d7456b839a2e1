import { expect, type ToHearOptions, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a ── sw ─┬─ b
//          └─ c
const kinds = ['unicast', 'broadcast', 'multicast', 'arp', 'nd'] as const;

test.for(kinds)('%s: the receiver gets one copy', async (frame, { lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw);
  await expect(b).toHear(a, { frame });
  await expect(b).toHear(a, { frame, copies: 1 });
});

test.for(kinds)('%s: nothing gets past an isolated port', async (frame, { lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
  await expect(b).not.toHear(a, { frame });
  await expect(b).toHear(a, { frame, copies: 0 });
});

test('a wrong count fails, and says how many came', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw);
  const failure = await failureOf(expect(b).toHear(a, { frame: 'multicast', copies: 2 }));
  expect(failure.replace(/UDP .*,/, 'UDP …,')).toBe(`expect(b).toHear(a, { frame: 'multicast', copies: 2 })

From:      a 02:00:00:00:00:65 (eth0, veth to sw/p0)
To:        b 02:00:00:00:00:67 (eth0, veth to sw/p1)
Frame:     multicast
Expected:  exactly 2 copies within 1000 ms
Received:  1 copy

Path of the frame (UDP …, 6 bytes):
  a/eth0 → sw/p0 → sw/p1 → b/eth0`);
});

test('a frame that is not heard has a way, with where and why it ended', async ({ lab }) => {
  const [sw, a, b, c] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
  lab.cable(c, sw);
  expect(await failureOf(expect(b).toHear(a, { frame: 'arp' }))).toBe(`expect(b).toHear(a, { frame: 'arp' })

From:      a 02:00:00:00:00:65 (eth0, veth to sw/p0)
To:        b 02:00:00:00:00:67 (eth0, veth to sw/p1)
Frame:     arp
Expected:  a copy within 1000 ms
Received:  none

Path of the frame (ARP who-has 10.0.0.2 tell 10.0.0.1):
  a/eth0 → sw/p0 ─┬→ sw/p2 → c/eth0
                  └✗ sw/p0 and sw/p1 are isolated: isolated ports do not talk to each other
Hint: set({ isolated: false }) on one of them`);
});

// host/up0 is the parent of ns1's macvlan in mode passthru, which gets all that is for it
test('a frame that a macvlan took from its parent came there all the same', async ({ macvlanPair }) => {
  const { uplink, gateway } = macvlanPair({ mode: 'passthru' });
  expect(await failureOf(expect(uplink).toHear(gateway, { frame: 'unicast' }))).toMatch(
    /gateway\/eth0 → sw\/p1 → sw\/p0 → host\/up0 .*✗ host\/up0 got it, and did not pass it to its own stack/s,
  );
});

test('a frame that is heard fails .not, one that is not fails toHear', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const ports = [a, b].map((ns) => lab.cable(ns, sw).b);
  expect(await failureOf(expect(b).not.toHear(a))).toContain('Expected:  no copy within 100 ms\nReceived:  1 copy');
  for (const port of ports) port.set({ isolated: true });
  expect(await failureOf(expect(b).toHear(a, { within: 20 }))).toContain(
    'Expected:  a copy within 20 ms\nReceived:  none',
  );
});

test('a frame that cannot leave is inconclusive, for toHear and for .not', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: far } = lab.cable(a, b);
  far.set({ up: false });
  for (const assertion of [expect(b).toHear(a), expect(b).not.toHear(a), expect(b).toHear(a, { copies: 0 })]) {
    expect(await failureOf(assertion)).toContain('Received:  inconclusive: nothing was sent: a/eth0 has no carrier');
  }
});

// a: 192.0.2.1 ── eth0 b: the way back to 192.0.2.1 leads by other
//                             └── c
test.for(['unicast', 'broadcast', 'multicast'] as const)(
  '%s: nothing heard through a reverse path filter is inconclusive',
  async (frame, { lab }) => {
    const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
    lab.cable(a, b, { a: { address: '192.0.2.1/32' }, b: { address: '10.0.0.2/24' } });
    lab.cable(b, c, { a: { name: 'other' } });
    const eth0 = b.interface('eth0');
    b.route.add({ to: '192.0.2.1', dev: 'other' });
    await expect(eth0, 'the filter is off, so it hears').toHear(a, { frame });
    b.sysctl.set('net.ipv4.conf.eth0.rp_filter', 1);
    for (const assertion of [expect(eth0).not.toHear(a, { frame }), expect(eth0).toHear(a, { frame, copies: 0 })]) {
      const failure = await failureOf(assertion);
      expect(failure).toContain(
        'Received:  inconclusive: b/eth0 refuses packets from 192.0.2.1: rp_filter is 1, and the way back does not lead by eth0',
      );
      expect(failure).toContain(
        `  a/eth0 → b/eth0
Hint: b.sysctl.set('net/ipv4/conf/eth0/rp_filter', 0), and 'all' as well`,
      );
    }
    b.sysctl.set('net.ipv4.conf.all.rp_filter', 2);
    await expect(eth0, 'loose beats strict').toHear(a, { frame });
  },
);

const wrong: [options: object, message: string][] = [
  [
    { frame: 'anycast' },
    "frame must be one of unicast, broadcast, multicast, arp, nd, bytes, or a description such as { etherType: 0x88b5 }: received 'anycast'",
  ],
  [{ copies: -1 }, 'copies must be a whole number from 0 to 1000000: received -1'],
  [{ within: 'long' }, "within must be milliseconds, 0 to 2147483647: received 'long'"],
  [{ copies: 1, within: 5 }, 'within must be 20 ms or more, since an answer may take as long: received 5'],
  [{ because: 'lost' }, 'because belongs to .not.toHear, and to copies: 0'],
  [{ join: 1, frame: 'multicast' }, 'join must be true or false: received 1'],
  [{ join: false, frame: 'arp' }, "join belongs to frame: 'multicast': received frame: 'arp'"],
  [
    { times: 1 },
    "there is no option 'times'; the options are frame, because, droppedBy, at, copies, only, within, join",
  ],
];

test.for(wrong)('%o is refused: %s', async ([options, message], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await failureOf(expect(b).toHear(a, options as ToHearOptions))).toMatch(
    new RegExp(`}\\): ${message.replaceAll('.', '\\.')}$`),
  );
});

test('ends that are not clear are refused', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(a, sw);
  lab.cable(b, sw, { a: { address: false } });
  expect(await failureOf(expect(a).toHear(b))).toBe(
    'expect(a).toHear(b): expect() takes the receiver, an interface or a namespace with just one: a has a/eth0, a/eth1',
  );
  expect(await failureOf(expect(a.interface('eth0')).toHear(b))).toBe(
    'expect(a/eth0).toHear(b): a frame of kind broadcast needs an IPv4 address at both ends: b/eth0 has none',
  );
  const described = { frame: { ip: { destination: '10.0.0.7' } } };
  expect(await failureOf(expect(a.interface('eth0')).toHear(b, described))).toMatch(
    /: frame\.ip\.source must be given: b\/eth0 has no IPv4 address to use$/,
  );
  expect(await failureOf(expect(b).toHear(a.interface('eth0'), { frame: { udp: {} } }))).toMatch(
    /: frame\.ip\.destination must be given: b\/eth0 has no IPv4 address to use$/,
  );
  expect(await failureOf(expect(b).not.toHear(a.interface('eth0'), { copies: 1 }))).toContain(
    'copies belongs to toHear; .not means that none arrives',
  );
  expect(await failureOf(expect(1).toHear(b))).toBe(
    'expect(1).toHear(b): expect() takes the receiver, an interface or a namespace: received 1',
  );
});
