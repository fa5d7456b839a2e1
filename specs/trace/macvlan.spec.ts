import { expect, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 ┘                         └─ p2 ── neighbour
test('hairpin off', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
  expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.102 tell 10.0.0.101):
  ns1/m1 → host/up0 → sw/p0 ─┬→ sw/p1 → gateway/eth0
                             ├→ sw/p2 → neighbour/eth0
                             └✗ not sent back out of sw/p0: hairpin is off on that port
Hint: a VEPA switch reflects frames: switchPort.set({ hairpin: true })`,
  );
});

test.for([
  ['private', 'private'],
  ['private', 'bridge'],
  ['bridge', 'private'],
] as const)('hairpin off, where reflecting would not help: %s and %s', async (modes, { macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ modes: [...modes] });
  const ask = () => explanationOf(expect(ns1).toReach(ns2, { within: 50 }));
  const hint =
    'no sibling would hear it, reflected or not: in mode private they hear no broadcast of each other, in mode source only listed senders';
  expect(await ask()).toContain(`hairpin is off on that port\nHint: ${hint}`);
  switchPort.set({ hairpin: true });
  await ask();
});

test('mode private', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ modes: ['private', 'vepa'], hairpin: true });
  expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.102 tell 10.0.0.101):
  ns1/m1 → host/up0 → sw/p0 ─┬→ sw/p1 → gateway/eth0
                             ├→ sw/p2 → neighbour/eth0
                             └→ sw/p0 → host/up0 ─┬→ ns1/m1
                                                  └✗ ns1/m1 is in mode private: its broadcast comes back to itself alone
Hint: set({ mode: 'vepa' }) or 'bridge' on ns1/m1`,
  );
});

test('mode private, at the receiver', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ modes: ['vepa', 'private'], hairpin: true });
  expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toContain(
    '└→ sw/p0 → host/up0 ✗ ns2/m2 is private: it hears no broadcast of its siblings\n' +
      "Hint: set({ mode: 'vepa' }) or 'bridge' on ns2/m2",
  );
});

test('a MAC address that is not on a source list', async ({ macvlanPair }) => {
  const { ns1, m1, gateway } = macvlanPair({ mode: 'source' });
  const { mac } = gateway.interface();
  m1.macaddr.delete(mac);
  expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.101 tell 10.0.0.1):
  gateway/eth0 → sw/p1 ─┬→ sw/p0 → host/up0 ─┬→ ns2/m2
                        │                    └✗ ${mac} is not on the list of ns1/m1, in mode source
                        └→ sw/p2 → neighbour/eth0
Hint: add it: macaddr.add('${mac}') on ns1/m1`,
  );
});

test('a child that is down', async ({ macvlanPair }) => {
  const { ns2, m1, gateway, ns1 } = macvlanPair({ mode: 'bridge' });
  m1.set({ up: false });
  expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50 }))).toContain('✗ ns1/m1 is down\n');
  expect(await explanationOf(expect(ns2).toReach(ns1, { within: 50 }))).toContain('✗ ns1/m1 is down');
});

test('an old MAC address in a permanent neighbour entry', async ({ macvlanPair }) => {
  const { ns1, gateway, m1 } = macvlanPair({ mode: 'vepa' });
  gateway.neighbour.add({ to: '10.0.0.101', lladdr: '02:00:00:00:99:99' });
  expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50 }))).toContain(
    `✗ the frame is for 02:00:00:00:99:99; ns1/m1 has ${m1.mac}, host/up0 has `.slice(0, -4),
  );
});
