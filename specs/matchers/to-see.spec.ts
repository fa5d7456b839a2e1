import { createLab, expect, type FrameDescription, type Lab, type ToSeeOptions, test } from 'hairpin';
import { describeCapturing, needs } from '../needs.ts';
import { failureOf } from './failure-of.ts';

// a ── sw ─┬─ b
//          └─ c
function threeHosts(lab: Lab) {
  const [sw, a, b, c] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const [pa, pb, pc] = [lab.cable(a, sw).b, lab.cable(b, sw).b, lab.cable(c, sw).b];
  return { sw, a, b, c, pa, pb, pc };
}

const described: [frame: FrameDescription | Uint8Array, tcpdump: string][] = [
  [{ destination: 'ff:ff:ff:ff:ff:ff', payload: 'hello' }, 'ethertype Unknown (0x88b5), length 60'],
  [{ source: '02:00:00:00:00:99', etherType: 0x9000 }, '02:00:00:00:00:99 > 02:00:00:00:00:67, ethertype Loopback'],
  [{ vlan: 10, ip: {} }, 'ethertype 802.1Q (0x8100), length 64: vlan 10, p 0, ethertype IPv4'],
  [{ vlan: [{ id: 5, protocol: '802.1ad', priority: 7 }, 10], ip: {} }, '802.1Q-QinQ (0x88a8), length 68: vlan 5, p 7'],
  [{ ip: { ttl: 3, protocol: 89 } }, 'ttl 3, id 0, offset 0, flags [DF], proto OSPF (89)'],
  [{ udp: { destinationPort: 53000 }, payload: 'abc' }, '10.0.0.1.9 > 10.0.0.2.53000: [no cksum] UDP, length 3'],
  [{ ip: { destination: 'ff02::fb' }, udp: {}, payload: 'abc' }, 'ff02::fb.9: [udp sum ok] UDP, length 3'],
  [{ ip: { destination: '239.1.2.3' }, udp: {} }, '> 01:00:5e:01:02:03, ethertype IPv4'],
  [Buffer.from(`ffffffffffff0200000000998899${'00'.repeat(50)}`, 'hex'), '02:00:00:00:00:99 > ff:ff:ff:ff:ff:ff'],
];

describeCapturing(() => {
  needs('tcpdump');

  test.for(described)('%o comes as it is described', async ([frame, words], { lab }) => {
    const { a, b } = threeHosts(lab);
    const program = ['-i', 'eth0', '-e', '-nn', '-vv', '-l', '--immediate-mode', '-Q', 'in'];
    await using tcpdump = await b.daemon('tcpdump', program, { ready: { log: 'listening on' } });
    await expect(b).toSee(a, { frame, copies: 1 });
    await expect.poll(() => tcpdump.output).toContain(words);
  });
});

test('the stack is handed a frame by its EtherType, and not one that is for another MAC address', async ({ lab }) => {
  const { a, b } = threeHosts(lab);
  await expect(b).toHear(a, { frame: { etherType: 0x88b5 }, copies: 1 });
  await expect(b).toHear(a, { frame: llc(), copies: 1 });
  const foreign: FrameDescription = { destination: '02:00:00:00:00:42' };
  await expect(b).toSee(a, { frame: foreign, copies: 1 });
  await expect(b).not.toHear(a, { frame: foreign });
});

test('a port sees what comes in there, not what leaves by it', async ({ lab }) => {
  const { a, pa, pb } = threeHosts(lab);
  await expect(pa).toSee(a, { copies: 1 });
  await expect(pb).not.toSee(a.interface(), { frame: { destination: 'ff:ff:ff:ff:ff:ff' } });
});

test('vlan compares the tags that the frame has when it comes', async ({ lab }) => {
  const { a, b } = threeHosts(lab);
  const frame = { destination: 'ff:ff:ff:ff:ff:ff', vlan: [20, 10] };
  await expect(b).toSee(a, { frame, vlan: [20, 10] });
  await expect(b).toSee(a, { vlan: [] });
  await expect(b).not.toSee(a, { frame, vlan: 10 });
  expect(await failureOf(expect(b).toSee(a, { frame, vlan: 10 }))).toMatch(
    /^Received: {2}none; one came with 802.1Q id 20, 802.1Q id 10\n\nPath of the frame .*\n {2}a\/eth0 → sw\/p0 ─┬→ sw\/p1 → b\/eth0$/m,
  );
});

test('only: a learnt address is for one host, a flood is for all', async ({ lab }) => {
  const { a, b, sw, pb } = threeHosts(lab);
  sw.fdb.add(b.interface().mac, pb);
  await expect(b).toSee(a, { frame: 'unicast', only: true });
  sw.fdb.delete(b.interface().mac, pb);
  await expect(b, 'c gets a copy, but it is for another MAC address').toHear(a, { frame: 'unicast', only: true });
  expect(await failureOf(expect(b).toSee(a, { frame: { destination: '02:00:00:00:00:42' }, only: true }))).toContain(
    'Received:  1 copy; c/eth0 got one, too',
  );
  expect(await failureOf(expect(b).toHear(a, { frame: 'broadcast', only: true }))).toContain('c/eth0 got one, too');
});

test('a frame that does not come has a way, and a cause that a spec can ask for', async ({ lab }) => {
  const { a, b, pa, pb } = threeHosts(lab);
  for (const port of [pa, pb]) port.set({ isolated: true });
  await expect(b).not.toSee(a, { droppedBy: 'bridge.isolated', at: pb });
  expect(await failureOf(expect(b).toSee(a, { frame: { etherType: 0x88b5 }, within: 20 }))).toMatch(
    /^Frame: {5}.*0x88b5.*\nExpected: {2}a copy within 20 ms\nReceived: {2}none\n/m,
  );
});

test('where the device gets nothing, that is inconclusive', async ({ lab }) => {
  const { a, b } = threeHosts(lab);
  b.interface().set({ up: false });
  expect(await failureOf(expect(b).not.toSee(a))).toContain('Received:  inconclusive: b/eth0 is down');
  a.interface().set({ up: false });
  expect(await failureOf(expect(b).not.toSee(a))).toContain('inconclusive: nothing was sent: a/eth0 is down');
});

test('a frame longer than the MTU allows is not sent, which is inconclusive', async ({ lab }) => {
  const { a, b } = threeHosts(lab);
  const failure = await failureOf(expect(b).not.toSee(a, { frame: { payload: Buffer.alloc(1600) } }));
  expect(failure).toContain('inconclusive: nothing was sent: 1614 bytes are more than the MTU of a/eth0 allows');
});

const wrong: [options: object, message: string][] = [
  [
    { frame: 'anycast' },
    "frame must be one of unicast, broadcast, multicast, arp, nd, bytes, or a description such as { etherType: 0x88b5 }: received 'anycast'",
  ],
  [{ frame: Buffer.alloc(13) }, 'frame must have 14 to 65535 bytes, beginning with the Ethernet header: received 13'],
  [
    { frame: { ethertype: 5 } },
    "frame: there is no option 'ethertype'; the options are source, destination, vlan, etherType, ip, udp, payload",
  ],
  [{ frame: { etherType: 5 } }, 'frame.etherType must be a whole number from 1536 to 65535: received 5'],
  [{ frame: { vlan: 4096 } }, 'frame.vlan must be a whole number from 0 to 4095: received 4096'],
  [{ frame: { vlan: { priority: 1 } } }, 'frame.vlan.id must be given: 0 to 4095'],
  [{ frame: { vlan: '10' } }, "frame.vlan must be a whole number from 0 to 4095: received '10'"],
  [{ frame: { ip: { source: 'a' } } }, "frame.ip.source must be an IP address: received 'a'"],
  [
    { frame: { ip: { source: '::1', destination: '10.0.0.1' } } },
    'frame.ip.source and frame.ip.destination must be of one family: received ::1 and 10.0.0.1',
  ],
  [
    { frame: { destination: 'all' } },
    "frame.destination must be a MAC address such as 02:00:00:00:00:01: received 'all'",
  ],
  [{ frame: { payload: 5 } }, 'frame.payload must be a string or bytes: received 5'],
  [{ vlan: 'ten' }, "vlan must be a whole number from 0 to 4095: received 'ten'"],
  [{ only: 1 }, 'only must be true or false: received 1'],
  [{ only: true, copies: 0 }, 'only belongs to toSee: where no copy is to come there are no others'],
  [
    { join: true },
    "there is no option 'join'; the options are frame, because, droppedBy, at, copies, only, within, vlan",
  ],
];

test.for(wrong)('%o is refused: %s', async ([options, message], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const failure = await failureOf(expect(b).toSee(a, options as ToSeeOptions));
  expect(failure.slice(failure.indexOf('): ') + 3)).toBe(message);
});

test('without taps, toSee and only are refused', async () => {
  await using lab = createLab({ taps: false });
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  expect(await failureOf(expect(b).toSee(a))).toBe(
    "expect(b).toSee(a): toSee reads the lab's taps: createLab({ taps: true })",
  );
  expect(await failureOf(expect(b).toHear(a, { only: true }))).toBe(
    "expect(b).toHear(a, { only: true }): only needs the lab's taps: createLab({ taps: true })",
  );
});

test('ends without addresses are refused only where the frame takes them from there', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: false } });
  await expect(b).toSee(a, { frame: { etherType: 0x88b5 } });
  await expect(b).toSee(a, { frame: { ip: { source: '10.0.0.77' } } });
  expect(await failureOf(expect(b).toSee(a, { frame: { udp: {} } }))).toContain(
    'frame.ip.source must be given: a/eth0 has no IPv4 address to use',
  );
});

/** A frame of LLC (IEEE 802.2), whose third field is its length: a BPDU without its content. */
function llc(): Buffer {
  return Buffer.concat([
    Buffer.from(`ffffffffffff02000000009900${'26'}424203`, 'hex'),
    Buffer.alloc(35, 'not a BPDU, but unmistakable'),
  ]);
}

// a, b, c ── sw: the bridge takes what comes in at its port
test('a frame that comes to a device whose stack cannot get it proves nothing of toHear', async ({ lab }) => {
  const { a, pa } = threeHosts(lab);
  const frame = { destination: 'ff:ff:ff:ff:ff:ff', etherType: 0x88b5 };
  expect(await failureOf(expect(pa).not.toHear(a, { frame }))).toContain('inconclusive: it came to sw/p0');
  await expect(pa).not.toHear(a, { frame, because: 'lost' });
});
