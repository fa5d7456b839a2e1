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
    'a/eth0 → sw/p0 ✗ sw/p1 is disabled: nothing goes out of it',
  ],
  [
    'a disabled port at the near end',
    { state: 'disabled' },
    {},
    'a/eth0 → sw/p0 ✗ sw/p0 is disabled: it takes nothing in',
  ],
  ['a learning port', {}, { state: 'learning' }, 'a/eth0 → sw/p0 ✗ sw/p1 is learning: nothing goes out of it'],
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
    '✗ sw/p1 has no carrier: the other end of its cable is down',
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
