import { expect, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { buildBridge, testBridge } from './bridge-traffic.ts';

const AWARE = { vlanFiltering: true };
const MAC = 'de:ad:be:ef:13:37';

// The network, and the tests of every bridge, are those of bridge-traffic.ts.
describeNeeding([VLAN_FILTERING], () => {
  testBridge(AWARE);

  test.for([
    ['ping (2)', 4],
    ['ping6 (2)', 6],
  ] as const)('%s', async ([, family], { lab }) => {
    const { h1, h2, p0 } = buildBridge(lab, AWARE);
    p0.vlan.add({ id: 10 });
    p0.vlan.delete({ id: 10 });
    await expect(h1).toReach(h2, { family });
    p0.vlan.delete({ id: 1 });
    await expect(h1).not.toReach(h2, { family, droppedBy: 'bridge.no-pvid', at: p0 });
  });

  test('Externally learned FDB entry - ageing & roaming', async ({ lab }) => {
    const { sw, h1, h2, p0, p1 } = buildBridge(lab, AWARE);
    sw.fdb.add(MAC, p0, { vlan: 1, externLearn: true });
    // An entry that the bridge has learned itself ages meanwhile, and the other stays.
    const own = { source: '02:00:00:00:00:99', destination: 'ff:ff:ff:ff:ff:ff', ip: {} };
    await expect(h2).toSee(h1, { frame: own });
    await expect(p0).toHaveFdbEntry({ mac: own.source });
    sw.set({ ageingTime: 1 });
    await expect(p0).not.toHaveFdbEntry({ mac: own.source }, { within: 20_000 });
    await expect(p0).toHaveFdbEntry({ mac: MAC });
    // Taken over by another port, it ages as well.
    sw.set({ ageingTime: 300 });

    await expect(h1).toSee(h2, { frame: { ...own, source: MAC } });
    await expect(p1).toHaveFdbEntry({ mac: MAC });
    await expect(p0).not.toHaveFdbEntry({ mac: MAC });
  });
});
