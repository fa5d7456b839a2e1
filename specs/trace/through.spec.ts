import { createLab, expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { explanationOf } from './explanation-of.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 ┘                         └─ p2 ── neighbour
test('vepa children talk through the switch', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort, uplink, switch: sw } = macvlanPair({ mode: 'vepa', hairpin: true });
  await expect(ns1).toReach(ns2, { through: switchPort });
  await expect(ns1).toReach(ns2, { through: [uplink, sw, uplink, ns2] });
  expect(await explanationOf(expect(ns1).toReach(ns2, { notThrough: sw }))).toBe(
    `Path of the answered probe (ICMP echo request 10.0.0.101 > 10.0.0.102 id N seq N):
  ns1/m1 → host/up0 → sw/p0 → sw/p0 → host/up0 → ns2/m2`,
  );
});

test('bridge children talk without the switch, though it reflects', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort, switch: sw } = macvlanPair({ mode: 'bridge', hairpin: true });
  await expect(ns1).toReach(ns2, { notThrough: [sw, switchPort] });
  const failure = await failureOf(expect(ns1).toReach(ns2, { through: switchPort }));
  expect(failure).toMatch(/^Expected: {2}an answer within 1000 ms, through sw\/p0$/m);
  expect(failure).toMatch(/^Received: {2}an answer after .* \(1 probe\), not through sw\/p0$/m);
  expect(failure).toContain('  ns1/m1 → host/up0 → ns2/m2');
});

test('a list is an order', async ({ macvlanPair }) => {
  const { ns1, gateway, switchPort, uplink } = macvlanPair({ mode: 'bridge' });
  await expect(ns1).toReach(gateway, { through: [uplink, switchPort] });
  expect(await failureOf(expect(ns1).toReach(gateway, { through: [switchPort, uplink] }))).toContain(
    'not through host/up0 after sw/p0',
  );
});

// ns1 ─ m1 ┐
//          ├─ up0 (host), m3 too ── p0 (sw) ── p1 ── gateway
// ns2 ─ m2 ┘
test('a parent that sends for itself is not taken for its children', async ({ macvlanPair }) => {
  const { host, gateway, uplink, switchPort } = macvlanPair({ mode: 'bridge' });
  await expect(host).toReach(gateway, { through: [uplink, switchPort] });
  const m3 = host.macvlan({ parent: uplink, mode: 'bridge' });
  await expect(host).toReach(gateway, { from: m3, through: [m3, uplink, switchPort] });
  await expect(host).toReach(gateway, { from: uplink, through: switchPort, notThrough: m3 });
});

// a ── r ── b
test('a router is a place, too', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const { a: out } = lab.cable(r, b);
  for (const by of ['icmp', 'tcp', 'udp'] as const) await expect(a).toReach(b, { by, through: [r, out] });
  await expect(a).toReach(b, { family: 6, through: r });
});

// Two questions at once between the same places: each has a path of its own.
test('concurrent probes are not confused', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, switchPort } = macvlanPair({ mode: 'bridge' });
  const asked = Array.from({ length: 10 }, (_, index) =>
    index % 2
      ? expect(ns1).toReach(gateway, { through: switchPort })
      : expect(ns1).toReach(ns2, { notThrough: switchPort }),
  );
  await Promise.all(asked);
});

test('what cannot be asked is refused', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ mode: 'vepa' });
  expect(await failureOf(expect(ns1).not.toReach(ns2, { through: switchPort }))).toContain(
    'through and notThrough belong to toReach: where nothing arrives there is no path',
  );
  await using lab = createLab({ taps: false });
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b);
  expect(await failureOf(expect(a).toReach(b, { through: b }))).toContain(
    "through and notThrough need the lab's taps: createLab({ taps: true })",
  );
});
