import { describe, expect, test } from 'hairpin';

// ns1 ─ m1 (private) ┐
//                    ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 (private) ┘                         └─ neighbour
describe.each([{ hairpin: false }, { hairpin: true }])('mode private, switch with hairpin: $hairpin', ({ hairpin }) => {
  test('ns2 does not reach ns1', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'private', hairpin, promiscuous: true });
    await expect(ns2).not.toReach(ns1);
    await expect(ns2).not.toReach(ns1, { family: 6 });
  });

  test('ns2 reaches the gateway and another machine', async ({ macvlanPair }) => {
    const { ns2, gateway, neighbour } = macvlanPair({ mode: 'private', hairpin, promiscuous: true });
    await expect(ns2).toReach(gateway);
    await expect(ns2).toReach(neighbour);
  });

  test('ns2 does not reach its parent', async ({ macvlanPair }) => {
    const { ns2, host } = macvlanPair({ mode: 'private', hairpin, promiscuous: true });
    await expect(ns2).not.toReach(host);
  });

  test('broadcast and multicast of ns1 do not get to ns2', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'private', hairpin, promiscuous: true });
    await expect(ns2).not.toHear(ns1, { frame: 'broadcast' });
    await expect(ns2).not.toHear(ns1, { frame: 'multicast' });
  });
});

// The article: private isolates more than VEPA, since Ethernet without broadcast has lost its footing. Only the footing
// is gone: macvlan_handle_frame gives a reflected *unicast* to whom it is for, in whatever mode.
test('corrected: behind a reflecting switch, who knows the MAC address gets through', async ({ macvlanPair }) => {
  const { ns1, ns2, m1, m2 } = macvlanPair({ mode: 'private', hairpin: true });
  await expect(ns2).toHear(ns1, { frame: 'unicast', copies: 1 });
  ns1.neighbour.add({ to: '10.0.0.102', lladdr: m2?.mac ?? '' });
  ns2.neighbour.add({ to: '10.0.0.101', lladdr: m1.mac });
  await expect(ns1).toReach(ns2);
});

// The wall has a side: what the parent broadcasts is from outside (macvlan_hash_lookup does not find its address), so
// the children hear it; what they broadcast comes back to the sender alone.
test('corrected: behind a reflecting switch the parent reaches its private children, though they do not reach it', async ({
  macvlanPair,
}) => {
  const { ns1, host } = macvlanPair({ mode: 'private', hairpin: true });
  await expect(ns1).not.toReach(host);
  await expect(host).toReach(ns1);
});
