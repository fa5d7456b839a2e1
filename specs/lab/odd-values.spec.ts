import { describe, expect, supports, test, UsageError } from 'hairpin';
import { VLAN_FILTERING } from '../needs.ts';
import { build, type Net } from './odd-calls.ts';

// br0 ─ a ── eth0 ── p0 sw   b
const odd = test.extend<{ net: Net }>({
  net: async ({ task: _ }, use) => {
    const net = build();
    await use(net);
    await net.lab.close();
  },
});

const NETWORK = 'an address, or a network such as 10.1.0.0/24 or fd01::/64, without bits behind its length';
const PROTOCOLS = 'icmp, igmp, ipip, tcp, udp, dccp, ipv6, gre, esp, ah, ipv6-icmp, ospf, vrrp, sctp, udplite';

odd.for<[call: (net: Net) => unknown, message: string]>([
  [
    ({ lab, a, b }) => lab.cable(a, b, null as never),
    'lab.cable(a, b): options must be an object such as { mtu: … }: received null',
  ],
  [({ a }) => a.route.delete({} as never), `a.route.delete: to must be default, ${NETWORK}: received undefined`],
  [
    ({ a }) => a.route.add({ to: '10.9.0.0/16', via: Symbol('x') as never }),
    'a.route.add: via must be an IP address such as 10.0.0.1 or fd00::1: received Symbol(x)',
  ],
  [
    ({ a }) => a.route.delete({ to: '10.9.0.0/16', nextHops: new Array(1) }),
    'a.route.delete: nextHops[0]: options must be an object such as { via: … }: received undefined',
  ],
  [
    ({ a }) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', mtu: expect.anything() as never }),
    'a.route.add: mtu must be a whole number from 0 to 65520: received an Anything',
  ],
  [
    ({ a }) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', encap: {} }),
    'a.route.add: encap must be an object with one of mpls, ip, ip6, seg6 and seg6local: received {}',
  ],
  [
    ({ a }) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', encap: { seg6: { mode: 'encap' } as never } }),
    "a.route.add: seg6 of encap must have segs: received { mode: 'encap' }",
  ],
  [
    ({ a }) => a.rule.list(null as never),
    'a.rule.list: options must be an object such as { family: … }: received null',
  ],
  [({ a }) => a.rule.list({ family: 5 as never }), 'a.rule.list: family must be one of 4, 6: received 5'],
  [
    ({ a }) => a.rule.add({ table: 7, priority: 2 ** 32 }),
    'a.rule.add: priority must be a whole number from 0 to 4294967295: received 4294967296',
  ],
  [
    ({ a }) => a.rule.add({ table: 7, oif: 'a'.repeat(16) }),
    `a.rule.add: oif must be an interface, or its name: received '${'a'.repeat(16)}'`,
  ],
  // Each would pass for the number 6.
  [
    ({ a }) => a.rule.add({ table: 7, ipproto: [6] as never }),
    `a.rule.add: ipproto must be a number from 0 to 255, or one of ${PROTOCOLS}: received [6]`,
  ],
  [
    ({ a }) => a.rule.add({ table: 7, dport: [6] as never }),
    "a.rule.add: dport must be a whole number from 0 to 65535, or a range such as '8000-8080': received [6]",
  ],
  [
    ({ a }) => a.rule.add({ table: 7, fwmark: ' 6' }),
    "a.rule.add: fwmark must be a mark such as 1 or '0x1', or with the bits that count '0x1/0xff': received ' 6'",
  ],
  [
    ({ a }) => a.nexthop.add({ id: 1, group: [{} as never] }),
    'a.nexthop.add: group[0]: id must be given: a whole number from 1 to 4294967295',
  ],
  [
    ({ sw }) => sw.mdb.add({ group: '239.1.1.1', port: {} as never }),
    'sw.mdb.add: port must be a port of sw, or its bridge: received {}',
  ],
  [
    ({ port }) => port.set({ backupPort: new Map() as never }),
    'sw/p0.set: backupPort must be another port of the same bridge, or false: received a Map',
  ],
  [
    ({ b }) => b.link('bond', { arpIpTarget: new Array(1) }),
    'b.link(bond): arpIpTarget must be a list of at most 16 IPv4 addresses: received [undefined]',
  ],
])('%s is refused: %s', ([call, message], { net }) => {
  expect(() => call(net)).toThrow(new UsageError(message));
});

// The bridge is there: what is missing is not CONFIG_BRIDGE.
describe.skipIf(supports(...VLAN_FILTERING))('without CONFIG_BRIDGE_VLAN_FILTERING', () => {
  odd('a bridge of a host that is to look at VLANs says what is missing', ({ net: { b } }) => {
    expect(() => b.bridge({ vlanFiltering: true })).toThrow(
      'usual cause: this kernel has no VLAN-aware bridges: it needs CONFIG_BRIDGE_VLAN_FILTERING',
    );
  });
});
