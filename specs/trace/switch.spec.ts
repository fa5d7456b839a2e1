import { expect, type Lab, type PortOptions, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

// a ── p0 (sw) p1 ── b
function build(lab: Lab, port0: PortOptions = {}, port1: PortOptions = {}) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  return { sw, a, b, p0: lab.cable(a, sw, { b: port0 }).b, p1: lab.cable(b, sw, { b: port1 }).b };
}

const ports: [what: string, p0: PortOptions, p1: PortOptions, explanation: string][] = [
  [
    'isolated ports',
    { isolated: true },
    { isolated: true },
    'a/eth0 → sw/p0 ✗ sw/p0 and sw/p1 are isolated: isolated ports do not talk to each other\nHint: set({ isolated: false }) on one of them',
  ],
  [
    'a disabled port at the far end',
    {},
    { state: 'disabled' },
    "a/eth0 → sw/p0 ✗ sw/p1 is disabled: nothing goes out of it\nHint: set({ state: 'forwarding' }) on sw/p1",
  ],
  [
    'a disabled port at the near end',
    { state: 'disabled' },
    {},
    "a/eth0 → sw/p0 ✗ sw/p0 is disabled: it takes nothing in\nHint: set({ state: 'forwarding' }) on sw/p0",
  ],
  [
    'a learning port',
    {},
    { state: 'learning' },
    "a/eth0 → sw/p0 ✗ sw/p1 is learning: nothing goes out of it\nHint: set({ state: 'forwarding' }) on sw/p1",
  ],
  [
    'no broadcast',
    {},
    { bcastFlood: false },
    'a/eth0 → sw/p0 ✗ sw/p1 sends no broadcast: bcast_flood is off\nHint: set({ bcastFlood: true }) on sw/p1',
  ],
];

test.for(ports)('%s', async ([, p0, p1, explanation], { lab }) => {
  const { a, b } = build(lab, p0, p1);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 10.0.0.1):\n  ${explanation}`,
  );
});

test('no multicast', async ({ lab }) => {
  const { a, b } = build(lab, {}, { mcastFlood: false });
  expect(await explanationOf(expect(a).toReach(b, { within: 50, family: 6 }))).toBe(
    `Path of the last probe (ICMPv6 neighbour solicitation, who has fd00::2):
  a/eth0 → sw/p0 ✗ sw/p1 sends no multicast: mcast_flood is off
Hint: set({ mcastFlood: true }) on sw/p1`,
  );
});

test('a pulled cable at the far end', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().set({ up: false });
  expect(await explanationOf(expect(a).toReach('10.0.0.2', { within: 50 }))).toContain('a/eth0 → sw/p0 ✗ ');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ sw/p1 has no carrier: the other end of its cable, b/eth0, is down\nHint: bring it up: set({ up: true }) on b/eth0',
  );
});

test("another's MAC address: the switch sends to whoever used it last", async ({ lab }) => {
  const { sw, a, b } = build(lab, {}, { learning: false });
  const c = lab.namespace('c');
  const { b: p2 } = lab.cable(c, sw);
  sw.fdb.add(b.interface().mac, p2);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    `✗ the switch has ${b.interface().mac} behind sw/p2, not behind sw/p1\nHint: two devices with one MAC address, or a static fdb entry: see fdb.list()`,
  );
});

test('a switch that is down', async ({ lab }) => {
  const { sw, a, b } = build(lab);
  await sw.exec('ip', ['link', 'set', 'br0', 'down']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 10.0.0.1):
  a/eth0 → sw/p0 ✗ br0 of sw is down, and its ports with it
Hint: on sw: ip link set br0 up`,
  );
});

// a ── eth0 (node) eth1 ── b: a program makes a bridge of the two cables' ends
test('a bridge that a program makes of what the lab has made', async ({ lab }) => {
  const [a, node, b] = [lab.namespace('a'), lab.namespace('node'), lab.namespace('b')];
  const ends = [lab.cable(a, node).b, lab.cable(b, node).b];
  await node.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge']);
  for (const { name } of ends) await node.exec('ip', ['link', 'set', name, 'master', 'br1']);
  b.interface().address.add('10.0.0.77/24');
  await expect(a).toReach('10.0.0.77');
  for (const { name } of ends) await node.exec('bridge', ['link', 'set', 'dev', name, 'isolated', 'on']);
  const asked = () => explanationOf(expect(a).toReach('10.0.0.77', { within: 50 }));
  expect(await asked()).toContain(
    '✗ node/eth0 and node/eth1 are isolated: isolated ports do not talk to each other\nHint: set({ isolated: false }) on one of them',
  );
  // They are ports now, to be changed as such; and devices once more when the bridge has gone.
  expect(ends[0]?.isPort).toBe(true);
  ends[0]?.set({ isolated: false } as object);
  await expect(a).toReach('10.0.0.77');
  await node.exec('ip', ['link', 'del', 'br1']);
  expect(await asked()).toContain('\n  a/eth0 → node/eth0 ✗ last seen here');
  expect(ends[0]?.isPort).toBe(false);
});

test('a port that was taken out of the bridge', async ({ lab }) => {
  const { sw, a, b } = build(lab);
  await sw.exec('ip', ['link', 'set', 'p1', 'nomaster']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ sw/p1 is no port of br0 any more\nHint: on sw: ip link set p1 master br0',
  );
});
