import { expect, type Lab, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

// h1 ── p0, which learns nothing (sw) p1 ── h2
function build(lab: Lab, options: { vlanFiltering?: boolean } = {}) {
  const sw = lab.switch('sw', options);
  const [h1, h2] = [lab.namespace('h1'), lab.namespace('h2')];
  const { a: eth0, b: p0 } = lab.cable(h1, sw, { b: { learning: false } });
  const { b: p1 } = lab.cable(h2, sw);
  return { sw, h1, h2, eth0, p0, p1 };
}

test.for([
  ['Locked port ipv4', 4],
  ['Locked port ipv6', 6],
] as const)('%s', async ([, family], { lab }) => {
  const { sw, h1, h2, eth0, p0 } = build(lab);
  await expect(h1).toReach(h2, { family });

  p0.set({ locked: true });
  await expect(h1).not.toReach(h2, { family, droppedBy: 'bridge.locked' });
  sw.fdb.add(eth0.mac, p0);
  await expect(h1).toReach(h2, { family });

  p0.set({ locked: false });
  sw.fdb.delete(eth0.mac, p0);
  await expect(h1).toReach(h2, { family });
});

describeNeeding(['vlan', VLAN_FILTERING], () => {
  test('Locked port vlan', async ({ lab }) => {
    const { sw, h1, h2, eth0, p0, p1 } = build(lab, { vlanFiltering: true });
    for (const port of [p0, p1]) port.vlan.add({ id: 100 });
    const near = h1.vlan({ parent: eth0, id: 100 });
    const far = h2.vlan({ parent: h2.interface('eth0'), id: 100 });
    await expect(h1).toReach(far, { from: near });

    p0.set({ locked: true });
    await expect(h1).not.toReach(far, { from: near, droppedBy: 'bridge.locked' });
    sw.fdb.add(eth0.mac, p0, { vlan: 100 });
    await expect(h1).toReach(far, { from: near });

    p0.set({ locked: false });
    sw.fdb.delete(eth0.mac, p0, { vlan: 100 });
    await expect(h1).toReach(far, { from: near });
  });
});
