import { expect, type Lab, type Namespace, test } from 'hairpin';
import { openPacketSocket } from '../../lib/kernel/sockets/packet-socket.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { Capture } from '../../lib/trace/capture.ts';
import { encodeEthernet } from '../../lib/wire/ethernet.ts';

/** IEEE 802 local experimental EtherType: no stack answers it. */
const EXPERIMENTAL = 0x88b5;

/** Enough for more frames than are ever kept. */
const MOST_TURNS = 400;

// a ── p0 (sw1) p1 ══ p1 (sw2) p0 ── b
//              p2 ══ p2             no spanning tree
function build(lab: Lab) {
  const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw1);
  lab.cable(b, sw2);
  // What hosts have to say in time of their own (mld_ifc_work) would go round before what is sent here, and fill the taps.
  for (const host of [a, b]) host.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
  lab.cable(sw1, sw2);
  return { a, b, second: lab.cable(sw1, sw2, { a: { up: false } }).a };
}

test('a broadcast goes round and round: the path is cut where it does, and says so', async ({ lab }) => {
  const { a, b, second } = build(lab);
  const trace = await lab.trace(async () => {
    second.set({ up: true });
    await broadcastUntilHeard(lab, a, b, 10);
    second.set({ up: false });
  });
  const path = trace.paths.find(({ description }) => description.startsWith('EtherType 0x88b5'));
  // Which of two copies is the second one is a matter of chance.
  expect(String(path).replaceAll(' (2nd copy)', '')).toBe(
    `EtherType 0x88b5, ${a.interface().mac} > ff:ff:ff:ff:ff:ff, 46 bytes
  a/eth0 → sw1/p0 ─┬→ sw1/p1 → sw2/p1 ─┬→ sw2/p0 → b/eth0
                   │                   └→ sw2/p2 → sw1/p2 ─┬→ sw1/p0 → a/eth0
                   │                                       └↻ sw1/p1 again: a loop
                   └→ sw1/p2 → sw2/p2 ─┬→ sw2/p0 → b/eth0
                                       └→ sw2/p1 → sw1/p1 ─┬→ sw1/p0 → a/eth0
                                                           └↻ sw1/p2 again: a loop`,
  );
  expect(path?.loops.map(String)).toEqual(['sw1/p1', 'sw1/p2']);
  expect(path?.duplicates.map(({ at, copies }) => `${copies} at ${at}`).sort()).toEqual(['2 at a/eth0', '2 at b/eth0']);
});

test('a storm that is longer than can be kept keeps its beginning, and says what is missing', async ({ lab }) => {
  const { a, b, second } = build(lab);
  const capture = Capture.of(lab);
  const trace = await lab.trace(async () => {
    second.set({ up: true });
    await broadcastUntilHeard(lab, a, b, 10);
    // Whoever asks a question meanwhile empties the taps, too.
    for (let turn = 0; turn < MOST_TURNS && capture.losses.forgotten === 0; turn++) capture.beforeProbe();
    second.set({ up: false });
  });
  expect(capture.losses.forgotten).toBeGreaterThan(0);
  expect(trace.losses).toBeGreaterThanOrEqual(capture.losses.forgotten);
  const path = trace.paths.find(({ description }) => description.startsWith('EtherType 0x88b5'));
  expect(path?.hop.frame.at).toBe(a.interface());
  expect(path?.loops).not.toEqual([]);
  expect(String(trace)).toMatch(/\n\d+ sightings are missing: the taps had no room for them$/);
});

// a ── r1 ── r2, and each router thinks that the other knows the way
test('a packet that two routers pass to and fro', async ({ lab }) => {
  const [a, r1, r2] = [lab.namespace('a'), lab.router('r1'), lab.router('r2')];
  lab.cable(a, r1);
  lab.cable(r1, r2);
  r1.route.add({ to: '10.9.0.0/16', via: '10.0.1.2' });
  r2.route.add({ to: '10.9.0.0/16', via: '10.0.1.1' });
  const trace = await lab.trace(() => a.exec('ping', ['-c1', '-W1', '-t8', '10.9.0.1'], { reject: false }), {
    protocol: 'icmp',
  });
  expect(String(trace.paths[0]).split('\n')[1]).toBe(
    '  a/eth0 → r1/eth0 → r1/eth1 → r2/eth0 → r2/eth0 → r1/eth1 ↻ r1/eth1 again: a loop',
  );
  expect(trace.paths[0]?.loops.map(String)).toEqual(['r1/eth1']);
});

/** Sends one frame, and waits until so many copies of it have come out at the other end. */
async function broadcastUntilHeard(lab: Lab, from: Namespace, at: Namespace, copies: number): Promise<void> {
  const socket = engineOf(lab).resources.add(openPacketSocket(engineOf(at).netns, EXPERIMENTAL));
  const device = from.interface();
  const destination = 'ff:ff:ff:ff:ff:ff';
  const frame = { destination, source: device.mac, etherType: EXPERIMENTAL, payload: Buffer.from('round') };
  expect(FrameSocket.of(from).send(device, encodeEthernet(frame))).toBeUndefined();
  for (let heard = 0; heard < copies; ) {
    expect(await socket.readable(5000)).toBe(true);
    while (heard < copies && socket.receive()) heard++;
  }
}
