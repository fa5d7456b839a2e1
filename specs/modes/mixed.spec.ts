import { expect, test } from 'hairpin';

// ns1 ─ m1 (one mode)     ┐
//                         ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 (another mode) ┘                         └─ neighbour

// macvlan_queue_xmit hands over directly only where both are in mode bridge.
test('a bridge child and a vepa child on one parent talk only by way of the switch', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ modes: ['bridge', 'vepa'] });
  await expect(ns1).not.toReach(ns2);
  await expect(ns2).not.toReach(ns1);
  switchPort.set({ hairpin: true });
  await expect(ns1).toReach(ns2);
  await expect(ns2).toReach(ns1);
});

// macvlan_multicast_rx: a bridge sender's siblings in mode bridge had theirs on the way out, those in vepa not.
test('a bridge sender is heard once by a vepa child, by reflection', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ modes: ['bridge', 'vepa'], hairpin: true });
  await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 });
});

test('no broadcast of others gets past a private child, in either direction', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ modes: ['private', 'bridge'], hairpin: true });
  await expect(ns2).not.toHear(ns1, { frame: 'broadcast' });
  await expect(ns1).not.toHear(ns2, { frame: 'broadcast' });
});

test('changing the mode of a live child changes who hears it', async ({ macvlanPair }) => {
  const { ns1, ns2, m1, m2 } = macvlanPair({ mode: 'private' });
  await expect(ns2).not.toHear(ns1, { frame: 'broadcast' });
  m1.set({ mode: 'bridge' });
  await expect(ns2).not.toHear(ns1, { frame: 'broadcast' });
  m2?.set({ mode: 'bridge' });
  await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 });
});
