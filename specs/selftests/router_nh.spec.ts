import { expect, test } from 'hairpin';

// h1 ── eth0 (r1) eth1 ── h2; r1 reaches both by nexthop objects of IPv6, which are devices alone
test.for([
  ['ping', 4, '192.0.2.0/24', '198.51.100.0/24'],
  ['ping6', 6, '2001:db8:1::/64', '2001:db8:2::/64'],
] as const)('%s', async ([, family, near, far], { lab }) => {
  const [h1, r1, h2] = [lab.namespace('h1'), lab.router('r1'), lab.namespace('h2')];
  const { b: eth0 } = lab.cable(h1, r1, {
    a: { address: ['192.0.2.2/24', '2001:db8:1::2/64'] },
    b: { address: ['192.0.2.1/24', '2001:db8:1::1/64'] },
  });
  const { b: eth1 } = lab.cable(h2, r1, {
    a: { address: ['198.51.100.2/24', '2001:db8:2::2/64'] },
    b: { address: ['198.51.100.1/24', '2001:db8:2::1/64'] },
  });
  for (const [id, dev, to] of [
    [101, eth0, near],
    [102, eth1, far],
  ] as const) {
    r1.nexthop.add({ id, dev, family: 6 });
    r1.route.delete({ to, dev });
    r1.route.add({ to, nhid: id });
  }

  await expect(h1).toReach(h2, { family, through: r1 });
  r1.nexthop.delete(102);
  await expect(h1).not.toReach(h2, { family, droppedBy: 'route.none', at: r1 });
});
