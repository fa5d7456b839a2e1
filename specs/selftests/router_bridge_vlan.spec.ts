import { expect, type Lab, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

// h1 ─ eth0.555 ══ eth0, a port of br1 (r1) eth1 ── h2
function build(lab: Lab) {
  const [h1, r1, h2] = [lab.namespace('h1'), lab.router('r1'), lab.namespace('h2')];
  const br1 = r1.bridge({ name: 'br1', vlanFiltering: true, address: ['192.0.2.2/28', '2001:db8:1::2/64'] });
  const { a: eth0, b: port } = lab.cable(h1, r1, { a: { address: false }, b: { address: false } });
  port.set({ master: br1 });
  br1.vlan.add({ id: 555, pvid: true, untagged: true });
  port.vlan.add({ id: 555 });
  h1.vlan({ parent: eth0, id: 555, address: ['192.0.2.1/28', '2001:db8:1::1/64'] });
  lab.cable(h2, r1, {
    a: { address: ['192.0.2.130/28', '2001:db8:2::2/64'] },
    b: { address: ['192.0.2.129/28', '2001:db8:2::1/64'] },
  });
  h1.route.add({ to: '192.0.2.128/28', via: '192.0.2.2' });
  h1.route.add({ to: '2001:db8:2::/64', via: '2001:db8:1::2' });
  return { h1, h2, br1, port };
}

describeNeeding(['vlan', VLAN_FILTERING], () => {
  test.for([
    ['ping', 4],
    ['ping6', 6],
  ] as const)('%s', async ([, family], { lab }) => {
    const { h1, h2, br1, port } = build(lab);
    await expect(h1).toReach(h2, { family, through: br1 });
    port.vlan.delete({ id: 555 });
    await expect(h1).not.toReach(h2, { family, droppedBy: 'bridge.vlan', at: port });
  });

  test('vlan', async ({ lab }) => {
    const { h1, h2, br1 } = build(lab);
    br1.vlan.add({ id: 333 });
    await expect(br1).toHaveVlan({ id: 333, pvid: false });
    br1.vlan.delete({ id: 333 });
    await expect(br1).not.toHaveVlan(333);
    await expect(h1).toReach(h2, { family: 4 });
  });
});
