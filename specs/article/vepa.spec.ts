import { expect, test } from 'hairpin';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
test('vepa children talk only through a reflecting switch', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, neighbour, host, switchPort } = macvlanPair({ mode: 'vepa' });

  await expect(ns1).toReach(gateway);
  await expect(ns1).toReach(neighbour);
  await expect(ns1).not.toReach(ns2);
  await expect(ns1).not.toReach(host);

  switchPort.set({ hairpin: true });
  await expect(ns1).toReach(ns2);
  await expect(ns1).toReach(host);
});
