import { expect, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding, needs } from '../needs.ts';
import { outcomes, WAITING } from './rebuilt-outcomes.ts';

// lab.sh runs it.
needs('sysctl');

// a ── eth0 (red, table 10) r eth1 (red) ── b
function build(lab: Lab): { a: Namespace; r: Namespace } {
  const [a, b, r] = [lab.namespace('a'), lab.namespace('b'), lab.router('r')];
  const red = r.link('vrf', { name: 'red', table: 10 });
  for (const [at, host] of [a, b].entries()) {
    const { b: port } = lab.cable(host, r);
    port.set({ master: red });
    // It has lost its address of IPv6.
    port.address.add(`fd00:0:0:${at}::2f/64`);
  }
  return { a, r };
}

describeNeeding(['vrf'], () => {
  test.for([
    [
      'nexthops, and a group whose id is before those of its members',
      'ip route add unreachable default metric 4278198272 vrf red',
      'ip route add 10.8.0.0/24 dev eth1 vrf red',
      'ip -6 route add fd08::/64 dev eth1 vrf red',
      'ip nexthop add id 7 via 10.8.0.9 dev eth1',
      'ip nexthop add id 8 via 10.0.0.1 dev eth0',
      'ip nexthop add id 9 via fd08::9 dev eth1',
      'ip nexthop add id 3 group 7/8',
      'ip route add 10.9.0.0/24 nhid 3 vrf red',
      'ip -6 route add fd09::/64 nhid 9 vrf red',
      // By the table of another, and by main.
      'ip route add 10.7.0.0/24 via 10.0.1.1 dev eth1 table 77',
      'ip route add 10.6.0.0/24 via 10.0.1.1 dev eth1',
    ],
    [
      'routes of subnets that are not as the kernel made them',
      'ip route delete 10.0.1.0/24 dev eth1 vrf red',
      'ip -6 route delete fd00:0:0:1::/64 dev eth1 vrf red',
      // As NetworkManager does.
      'ip address add 10.4.0.1/24 dev eth0 noprefixroute',
      'ip route add 10.4.0.0/24 dev eth0 proto kernel scope link src 10.4.0.1 metric 100 vrf red',
      'ip address add 10.5.0.1/24 dev red',
    ],
  ])('a script says what is in a VRF: %s', WAITING, async ([, ...commands], { lab }) => {
    const { a, r } = build(lab);
    await r.exec('sh', ['-ec', commands.join('\n')]);
    expect(await outcomes(lab, [a, '192.0.2.99'])).toEqual(['refused']);
  });
});
