import { expect, test } from 'hairpin';

// ns1 ─ macvlan bridge ┐
//                      ├─ up0 (host) ── sw ── gateway, neighbour
// ns2 ─ macvlan bridge ┘                 the parent's queue has room for so many broadcasts
test.for([1, 3, 10])(
  'a pair whose queue has room for %d broadcasts behaves as its mode',
  async (bcqueuelen, { macvlanPair }) => {
    const pair = macvlanPair({ mode: 'bridge', bcqueuelen });
    for (let round = 0; round < 2; round++) await expect(pair).toBehaveAs('bridge');
  },
);
