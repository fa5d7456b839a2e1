import { describe, expect, test } from 'hairpin';

// ns1 ─ m1 (bridge) ┐
//                   ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 (bridge) ┘                         └─ neighbour
describe.each([{ hairpin: false }, { hairpin: true }])('mode bridge, switch with hairpin: $hairpin', ({ hairpin }) => {
  test('ns1 reaches ns2 under the same parent', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'bridge', hairpin, promiscuous: true });
    await expect(ns1).toReach(ns2);
    await expect(ns1).toReach(ns2, { family: 6 });
  });

  test('ns1 reaches the gateway', async ({ macvlanPair }) => {
    const { ns1, gateway } = macvlanPair({ mode: 'bridge', hairpin, promiscuous: true });
    await expect(ns1).toReach(gateway);
    await expect(ns1).toReach(gateway, { family: 6 });
  });

  test('ns1 reaches another machine of the network', async ({ macvlanPair }) => {
    const { ns1, neighbour } = macvlanPair({ mode: 'bridge', hairpin, promiscuous: true });
    await expect(ns1).toReach(neighbour);
  });
});

test('ns1 does not reach its parent', async ({ macvlanPair }) => {
  const { ns1, host } = macvlanPair({ mode: 'bridge', promiscuous: true });
  await expect(ns1).not.toReach(host);
  await expect(ns1).not.toReach(host, { family: 6 });
});

// The article: "bridge" is about traffic between the macvlans of one card *and that card itself*. It is about the
// macvlans alone (macvlan_queue_xmit looks the destination up among the children): what is for the parent leaves by
// the wire, and comes back only if somebody there sends it back.
test("corrected: the parent is no member of its children's bridge; only a reflecting switch leads to it", async ({
  macvlanPair,
}) => {
  const { ns1, host, switchPort } = macvlanPair({ mode: 'bridge', promiscuous: true });
  await expect(host).not.toHear(ns1, { frame: 'unicast' });
  switchPort.set({ hairpin: true });
  await expect(host).toHear(ns1, { frame: 'unicast', copies: 1 });
  await expect(ns1).toReach(host);
});

// The article: macvlan needs the card's promiscuous mode. macvlan_open asks the parent for one more unicast address by
// itself (dev_uc_add), and a parent that cannot filter addresses listens to all by itself (__dev_set_rx_mode).
test('corrected: nobody has to make the parent or the child promiscuous', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, uplink, m1 } = macvlanPair({ mode: 'bridge', promiscuous: false });
  await expect(ns1).toReach(ns2);
  await expect(ns1).toReach(gateway);
  expect(uplink.state().promiscuous).toBe(false);
  expect(m1.state().promiscuous).toBe(false);
});
