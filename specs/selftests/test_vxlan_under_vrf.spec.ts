import { expect, type Interface, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

// vm1 ── br0 (hv1) vxlan0 ┄ eth0 ── eth0 ┄ vxlan0 (hv2) br0 ── vm2
function build(lab: Lab) {
  const [hv1, hv2] = [lab.namespace('hv1'), lab.namespace('hv2')];
  const { a, b } = lab.cable(hv1, hv2, { a: { address: '172.16.0.1/24' }, b: { address: '172.16.0.2/24' } });
  const ends = [buildEnd(lab, 1, a, '172.16.0.2'), buildEnd(lab, 2, b, '172.16.0.1')] as const;
  return { hv1, vm1: ends[0].vm, vxlans: ends.map(({ vxlan }) => vxlan), ends };
}

function buildEnd(lab: Lab, id: number, underlay: Interface, remote: string) {
  const { namespace: hv } = underlay;
  const vrf = hv.link('vrf', { name: 'vrf-underlay', table: 1 });
  const br0 = hv.bridge({ name: 'br0', address: false });
  const vxlan = hv.link('vxlan', { id: 10, local: `172.16.0.${id}`, dev: underlay, address: false });
  vxlan.set({ master: br0 });
  vxlan.fdb.append({ mac: '00:00:00:00:00:00', dst: remote });
  const vm = lab.namespace(`vm${id}`);
  lab.cable(vm, hv, { a: { address: `10.0.0.${id}/24` }, b: { address: false } }).b.set({ master: br0 });
  return { underlay, vrf, vxlan, vm };
}

describeNeeding(['vrf', 'vxlan'], () => {
  test('Checking HV connectivity', async ({ lab }) => {
    const { hv1 } = build(lab);
    await expect(hv1).toReach('172.16.0.2');
  });

  test('Check VM connectivity through VXLAN (underlay in the default VRF)', async ({ lab }) => {
    const { vm1, vxlans } = build(lab);
    await expect(vm1).toReach('10.0.0.2', { through: vxlans });
  });

  test('Check VM connectivity through VXLAN (underlay in a VRF)', async ({ lab }) => {
    const { vm1, vxlans, ends } = build(lab);
    for (const { underlay, vrf, vxlan } of ends) {
      underlay.set({ master: vrf });
      // Its socket belongs to the VRF from when it comes up.
      vxlan.set({ up: false });
      vxlan.set({ up: true });
    }
    await expect(vm1).toReach('10.0.0.2', { through: vxlans });
    for (const { underlay } of ends) underlay.set({ master: false });
    await expect(vm1).not.toReach('10.0.0.2');
  });
});
