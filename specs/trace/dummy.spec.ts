import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from './explanation-of.ts';

// ns1 ─ m1 (vepa) ┐
//                 ├─ dummy0 (host)
// ns2 ─ m2 (vepa) ┘
describeNeeding(['dummy'], () => {
  test('nothing comes back from a dummy', async ({ lab }) => {
    const [host, ns1, ns2] = [lab.namespace('host'), lab.namespace('ns1'), lab.namespace('ns2')];
    const parent = host.dummy();
    for (const ns of [ns1, ns2]) ns.macvlan({ parent, mode: 'vepa' });
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toBe(
      `Path of the last probe (ARP who-has 10.0.0.3 tell 10.0.0.2):
  ns1/macvlan0 → host/dummy0 ✗ host/dummy0 is a dummy: it drops whatever it is sent (dummy_xmit), and nothing ever comes in by it`,
    );
  });
});
