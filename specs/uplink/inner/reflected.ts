import { expect, test } from 'hairpin';
import { explanationOf } from '../../trace/explanation-of.ts';

// ns1 ─ m1 ┐
//          ├─ nic0 (the network that vitest was started from) ── p0 (sw), hairpin on
// ns2 ─ m2 ┘
//
// Not a spec of its own: pool.spec.ts runs it in a vitest of its own, whose network has such a NIC.
test('a reflecting switch brings them together, and the path goes by the NIC', async ({ lab }) => {
  const parent = lab.uplink('nic0');
  const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
  ns1.macvlan({ parent, name: 'm1', address: '10.0.0.101/24' });
  ns2.macvlan({ parent, name: 'm2', address: '10.0.0.102/24' });
  await expect(ns1).toReach(ns2);
  expect(await explanationOf(expect(ns1).toReach(ns2, { notThrough: ns2 }))).toContain('\n  ns1/m1 → (nic0) → ns2/m2');
});
