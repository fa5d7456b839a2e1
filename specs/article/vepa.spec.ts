import { describe, expect, test } from 'hairpin';

// ns1 ─ m1 (vepa) ┐
//                 ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 (vepa) ┘                         └─ neighbour
describe.each([{ hairpin: false }, { hairpin: true }])('mode vepa, switch with hairpin: $hairpin', ({ hairpin }) => {
  test('ns2 reaches the gateway and another machine', async ({ macvlanPair }) => {
    const { ns2, gateway, neighbour } = macvlanPair({ mode: 'vepa', hairpin, promiscuous: true });
    await expect(ns2).toReach(gateway);
    await expect(ns2).toReach(gateway, { family: 6 });
    await expect(ns2).toReach(neighbour);
  });
});

describe('behind a switch that does not reflect', () => {
  test('ns2 does not reach ns1', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'vepa', promiscuous: true });
    await expect(ns2).not.toReach(ns1);
    await expect(ns2).not.toReach(ns1, { family: 6 });
  });

  test('ns2 does not reach its parent', async ({ macvlanPair }) => {
    const { ns2, host } = macvlanPair({ mode: 'vepa', promiscuous: true });
    await expect(ns2).not.toReach(host);
  });
});

// What the article could not test for want of a switch.
describe('behind a switch that reflects', () => {
  test('ns2 reaches ns1', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'vepa', hairpin: true, promiscuous: true });
    await expect(ns2).toReach(ns1);
    await expect(ns2).toReach(ns1, { family: 6 });
  });

  test('one broadcast of ns1 gets to ns2 once', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'vepa', hairpin: true });
    await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 });
    await expect(ns2).toHear(ns1, { frame: 'multicast', copies: 1 });
  });
});

test('a live switch port turned to hairpin is all that it takes', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ mode: 'vepa' });
  await expect(ns1).not.toReach(ns2);
  switchPort.set({ hairpin: true });
  await expect(ns1).toReach(ns2);
  switchPort.set({ hairpin: false });
  await expect(ns1).not.toReach(ns2);
});

// The article puts its failure down to a switch without 802.1Q. VLAN tags have nothing to do with it: what a VEPA
// station needs is the reflective relay of 802.1Qbg, here a bridge that knows no VLANs (vlan_filtering 0).
test('corrected: the switch needs no VLANs (802.1Q), it needs to reflect (802.1Qbg)', async ({ macvlanPair }) => {
  const { ns1, ns2, switch: sw } = macvlanPair({ mode: 'vepa', hairpin: true });
  const { stdout } = await sw.exec('ip', ['-j', '-d', 'link', 'show', 'br0']);
  expect(JSON.parse(stdout)[0].linkinfo.info_data).toMatchObject({ vlan_filtering: 0 });
  await expect(ns1).toReach(ns2);
});

// The parent's answer to the children's broadcast goes out by the wire, and comes back for them.
test('corrected: the parent is not unreachable for good: behind a reflecting switch it answers', async ({
  macvlanPair,
}) => {
  const { ns1, host } = macvlanPair({ mode: 'vepa', hairpin: true });
  await expect(ns1).toReach(host);
  await expect(host).toReach(ns1);
});
