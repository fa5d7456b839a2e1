import { expect, test } from 'hairpin';
import { needsMroute } from '../needs-mroute.ts';

// a eth0 ── eth0 r eth1 ── eth0 b
//
// The kernel tells of multicast routes, too, when it is asked for the routes of all families (rtnl_dump_all).
test.for([
  { family: 4, group: '239.1.1.1' },
  { family: 6, group: 'ff05::1' },
] as const)('a negative passes beside a multicast route of IPv$family', async ({ family, group }, { lab, skip }) => {
  needsMroute(family, skip);
  const [a, b, r] = [lab.namespace('a'), lab.namespace('b'), lab.router('r')];
  const { a: eth0 } = lab.cable(r, a);
  lab.cable(r, b);
  const source = String(a.interface().address.first(family)?.address);
  r.mroute.add({ group, source, in: eth0, out: ['eth1'] });
  // Only beside a program are routes with several next hops looked for.
  await a.exec('true');
  b.sysctl.set(family === 4 ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all', 1);
  await expect(a).not.toReach(b, { family, because: 'lost' });
});
