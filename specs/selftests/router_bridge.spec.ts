import { expect, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

describeNeeding([VLAN_FILTERING], () => {
  // h1 ── eth0, a port of br1 (r1) eth1 ── h2
  test.for([
    ['ping', 4],
    ['ping6', 6],
  ] as const)('%s', async ([, family], { lab }) => {
    const [h1, r1, h2] = [lab.namespace('h1'), lab.router('r1'), lab.namespace('h2')];
    const br1 = r1.bridge({ name: 'br1', vlanFiltering: true, address: ['192.0.2.2/28', '2001:db8:1::2/64'] });
    const near = lab.cable(h1, r1, {
      a: { address: ['192.0.2.1/28', '2001:db8:1::1/64'] },
      b: { address: false },
    });
    near.b.set({ master: br1 });
    lab.cable(h2, r1, {
      a: { address: ['192.0.2.130/28', '2001:db8:2::2/64'] },
      b: { address: ['192.0.2.129/28', '2001:db8:2::1/64'] },
    });
    for (const [to, via] of [
      ['192.0.2.128/28', '192.0.2.2'],
      ['2001:db8:2::/64', '2001:db8:1::2'],
    ] as const)
      h1.route.add({ to, via });

    await expect(h1).toReach(h2, { family, through: [near.b, br1] });
    near.b.vlan.delete({ id: 1 });
    await expect(h1).not.toReach(h2, { family, droppedBy: 'bridge.no-pvid', at: near.b });
  });
});
