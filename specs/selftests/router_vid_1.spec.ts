import { expect, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

describeNeeding(['vlan'], () => {
  // h1 ─ eth0.1 ─ eth0 ── eth0 (r1) eth1 ── eth0 ─ eth0.1 ─ h2, in VLAN 1
  test.for([
    ['ping', 4],
    ['ping6', 6],
  ] as const)('%s', async ([, family], { lab }) => {
    const r1 = lab.router('r1');
    const [near, far] = [addHost(lab, 'h1', r1), addHost(lab, 'h2', r1)];
    await expect(near.host).toReach(far.top, { family, through: [near.below, far.below] });
    far.below.set({ up: false });
    await expect(near.host).not.toReach(far.top, { family });
  });
});

/** A host whose cable to the router carries VLAN 1 alone. */
function addHost(lab: Lab, name: string, r1: Namespace) {
  const host = lab.namespace(name);
  const { a, b } = lab.cable(host, r1, { a: { address: false }, b: { address: false } });
  const below = r1.vlan({ parent: b, id: 1 });
  return { host, below, top: host.vlan({ parent: a, id: 1 }) };
}
