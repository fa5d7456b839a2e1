import { expect, type Lab, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

const TENANTS = { red: 10, green: 20, blue: 30 } as const;
type Tenant = keyof typeof TENANTS;
const names = Object.keys(TENANTS) as Tenant[];

// red1, green1, blue1 ── access ports (left) uplink ═══ uplink (right) access ports ── red2, green2, blue2
//                          and ═══ router (eth0.10, eth0.20, eth0.30)
function network(lab: Lab) {
  const [left, right] = ['left', 'right'].map((name) => lab.switch(name, { vlanFiltering: true, vlanDefaultPvid: 0 }));
  if (!left || !right) throw new Error('two switches were made');
  const trunk = lab.cable(left, right, { a: { name: 'uplink' }, b: { name: 'uplink' } });
  const router = lab.router('router');
  const stick = lab.cable(router, left, { a: { address: false }, b: { name: 'stick' } });
  for (const port of [trunk.a, trunk.b, stick.b]) for (const id of Object.values(TENANTS)) port.vlan.add({ id });
  const host = (tenant: Tenant, number: 1 | 2) => {
    const id = TENANTS[tenant];
    const namespace = lab.namespace(`${tenant}${number}`);
    const address = [`10.${id}.0.${number}/24`, `fd00:${id}::${number}/64`];
    const { b: access } = lab.cable(namespace, number === 1 ? left : right, { a: { address }, b: { name: tenant } });
    access.vlan.add({ id, pvid: true, untagged: true });
    return namespace;
  };
  const hosts = names.map((tenant) => ({ tenant, first: host(tenant, 1), second: host(tenant, 2) }));
  return { left, right, trunk, stick, router, hosts };
}

describeNeeding([VLAN_FILTERING, 'vlan'], () => {
  test('a router on a stick leads from one tenant to another', async ({ lab }) => {
    const { router, stick, hosts } = network(lab);
    for (const [tenant, id] of Object.entries(TENANTS)) {
      router.vlan({ parent: stick.a, id, address: [`10.${id}.0.254/24`, `fd00:${id}::fe/64`] });
      for (const { first, second } of hosts.filter((each) => each.tenant === tenant))
        for (const host of [first, second]) host.route.add({ to: 'default', via: `10.${id}.0.254` });
    }
    const [red, green] = hosts;
    if (!red || !green) throw new Error('there are three tenants');
    await expect(red.first).toReach(green.second, { through: router, family: 4 });
    stick.b.vlan.delete({ id: TENANTS.red });
    await expect(red.first).not.toReach(green.second, { droppedBy: 'bridge.vlan', at: stick.b, family: 4 });
  });
});
