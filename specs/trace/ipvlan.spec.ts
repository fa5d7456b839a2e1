import { expect, test } from 'hairpin';
import { ipvlanPair } from '../modes/ipvlan-pair.ts';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from './explanation-of.ts';

// ns1 ─ i1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ i2 ┘                         └─ p2 ── neighbour
describeNeeding(['ipvlan'], () => {
  test('flag private, mode l2: the question comes to the sibling, its answer does not come back', async ({ lab }) => {
    const { ns1, ns2 } = ipvlanPair(lab, { mode: 'l2', flag: 'private' });
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toContain(
      `Path of its answer (ARP reply 10.0.0.102 is-at 02:00:00:00:00:65):
  ns2/i2 ✗ ns2/i2 and ns1/i1 are private: what one sends to the other is dropped
Hint: set({ flag: 'bridge' }) on ns2/i2: it changes for all ipvlans on host/up0`,
    );
  });

  test('flag private, mode l3', async ({ lab }) => {
    const { ns1, ns2 } = ipvlanPair(lab, { mode: 'l3', flag: 'private' });
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toBe(
      `Path of the last probe (ICMP echo request 10.0.0.101 > 10.0.0.102 id N seq N):
  ns1/i1 ✗ ns1/i1 and ns2/i2 are private: what one sends to the other is dropped
Hint: set({ flag: 'bridge' }) on ns1/i1: it changes for all ipvlans on host/up0`,
    );
  });

  test('flag vepa, mode l2, behind a switch that does not reflect', async ({ lab }) => {
    const { ns1, ns2 } = ipvlanPair(lab, { mode: 'l2', flag: 'vepa' });
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toContain(
      '✗ not sent back out of sw/p0: hairpin is off on that port\n',
    );
  });

  test('flag vepa, mode l3: the host looks for the sibling, which answers no ARP', async ({ lab }) => {
    const { ns1, ns2 } = ipvlanPair(lab, { mode: 'l3', flag: 'vepa' }, true);
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 100 }))).toBe(
      `Path of the last probe (ICMP echo request 10.0.0.101 > 10.0.0.102 id N seq N):
  ns1/i1 ✗ host asks who has 10.0.0.102, and nobody answers: ns2/i2, in mode l3, has no ARP and no ND
Hint: route to it instead: host.route.add({ to: '10.0.0.102', via: an address of host/up0 })`,
    );
  });

  test('mode l3: a neighbour has no way back', async ({ lab }) => {
    const { ns1, gateway } = ipvlanPair(lab, { mode: 'l3' });
    expect(await explanationOf(expect(ns1).toReach(gateway, { within: 100 }))).toBe(
      `Path of the last probe (ICMP echo request 10.0.0.101 > 10.0.0.1 id N seq N):
  ns1/i1 → host/up0 → sw/p0 → sw/p1 → gateway/eth0 ✗ gateway asks who has 10.0.0.101, and nobody answers: ns1/i1, in mode l3, has no ARP and no ND
Hint: route to it instead: gateway.route.add({ to: '10.0.0.101', via: an address of host/up0 })`,
    );
  });

  test.for(['l3', 'l3s'] as const)('mode %s: no ARP', async (mode, { lab }) => {
    const { ns1, gateway } = ipvlanPair(lab, { mode });
    const explanation = await explanationOf(expect(gateway).toReach(ns1, { within: 50 }));
    expect(explanation).toContain(`✗ ns1/i1 answers no ARP: it is in mode ${mode}\n`);
    expect(explanation).toMatch(
      /\nHint: route to it instead, by an address of host\/up0; or set\({ mode: 'l2' }\) on ns1\/i1$/,
    );
  });

  test('mode l3: no ND', async ({ lab }) => {
    const { ns1, gateway } = ipvlanPair(lab, { mode: 'l3' });
    expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50, family: 6 }))).toContain(
      '✗ ns1/i1 is in mode l3: it gets no broadcast and no multicast, so no ND (ipvlan_handle_mode_l3)\n',
    );
  });

  test("mode l3: the parent's host hears, and has no way back", async ({ lab }) => {
    const { ns1, host } = ipvlanPair(lab, { mode: 'l3' });
    expect(await explanationOf(expect(ns1).toReach(host, { within: 50 }))).toBe(
      `Path of the last probe (ICMP echo request 10.0.0.101 > 10.0.0.18 id N seq N):
  ns1/i1 ✗ host gets it without passing host/up0 (ip_local_out), and has no way back: what it sends to 10.0.0.101 leaves by host/up0
Hint: an ipvlan and its parent's host do not talk in modes l3 and l3s: use a cable between the two, or another host`,
    );
  });

  test("mode l2: the parent's host hears only through a switch that reflects", async ({ lab }) => {
    const { ns1, host, switchPort } = ipvlanPair(lab, { mode: 'l2' });
    expect(await explanationOf(expect(ns1).toReach(host, { within: 50 }))).toContain(
      '✗ not sent back out of sw/p0: hairpin is off on that port\n',
    );
    switchPort.set({ hairpin: true });
    await expect(ns1).toReach(host);
  });

  // Bound to its device, a lookup that finds no route takes the destination for a neighbour (ip_route_output_key_hash_rcu).
  test('mode l3: the host has no route, and asks on its own link', async ({ lab }) => {
    const { ns1, m1 } = ipvlanPair(lab, { mode: 'l3' });
    ns1.route.add({ to: 'default', dev: m1.name });
    expect(await explanationOf(expect(ns1).toReach('192.0.2.1', { within: 50 }))).toContain(
      '✗ no device of the lab has',
    );
    const away = lab.namespace('away');
    const { a } = lab.cable(away, lab.namespace('other'), { a: { address: '192.0.2.1/24' } });
    expect(await explanationOf(expect(ns1).toReach(a, { within: 50 }))).toContain(
      '✗ host asks who has 192.0.2.1, and nobody answers',
    );
  });

  test('an ipvlan that is down', async ({ lab }) => {
    const { ns1, ns2, m1, gateway } = ipvlanPair(lab, { mode: 'l2' });
    m1.set({ up: false });
    expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50, family: 4 }))).toContain(
      '✗ ns1/i1 is down\n',
    );
    expect(await explanationOf(expect(ns2).toReach(ns1, { within: 50, family: 4 }))).toContain('✗ ns1/i1 is down\n');
  });
});
