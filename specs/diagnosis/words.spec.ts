import { expect, test } from 'hairpin';
import { sayCause } from '../../lib/diagnosis/words/index.ts';
import type { Cause } from '../../lib/model/cause.ts';

const MTU = { device: 'r/eth1', mtu: 1400, length: 1500 } as const;
const NFT = { namespace: 'r', family: 'ip', table: 't', chain: 'c', hook: 'forward', isBase: true, handle: 4 } as const;
const ASKED = { by: 'a', address: '10.0.0.2' };
const OLD = { device: 'b/eth0', mac: '02:00:00:00:00:02', destination: '02:00:00:00:00:09' } as const;
const NFT_POLICY = {
  ...{ namespace: 'r', family: 'ip', table: 't', chain: 'c', hook: 'forward' },
  ...{ isBase: true, nearest: [] },
} as const;
const TUNNEL = { device: 'a/t0', namespace: 'b', source: '10.0.0.1', to: '10.0.0.2' } as const;
const GRE = { ...TUNNEL, kind: 'gre', lookup: 'ip_tunnel_lookup' } as const;
const NEAR = { device: 'b/t0' } as const;
const REMOTE = { option: 'remote', has: '10.0.0.9', needs: '10.0.0.1' } as const;

// What docs/diagnoses.md shows of each code, page.spec.ts compares; here are the other things that a code may say.
const CASES: [cause: Cause, text: string, hint?: string, why?: string][] = [
  [
    { code: 'link.down', facts: { device: 'a/eth0', routes: true } },
    'a/eth0 is down, and its routes are gone with it',
    'bring it up: set({ up: true }) on a/eth0',
  ],
  [{ code: 'link.no-carrier', facts: { device: 'a/eth0' } }, 'a/eth0 has no carrier'],
  [{ code: 'address.none', facts: { address: '10.0.0.9' } }, 'no device of the lab has 10.0.0.9'],
  [
    { code: 'bridge.reserved', facts: { port: 'sw/p0', mac: '01:80:c2:00:00:01' } },
    'the bridge of sw/p0 forwards nothing to 01:80:c2:00:00:01, a reserved group (IEEE 802.1Q clause 8.6.3)',
  ],
  [
    { code: 'neighbour.proxy-idle', facts: { asked: ASKED, device: 'r/eth0', why: 'forwarding-off' } },
    'a asks who has 10.0.0.2, and nobody answers: proxy_arp of r/eth0 counts only if r forwards IPv4',
    "r.sysctl.set('net.ipv4.ip_forward', 1)",
  ],
  [
    { code: 'neighbour.proxy-idle', facts: { asked: ASKED, device: 'r/eth0', why: 'same-device' } },
    'a asks who has 10.0.0.2, and nobody answers: r/eth0 has proxy_arp, but r routes 10.0.0.2 out by r/eth0 itself',
    'a proxy answers for what its host routes to another device: see ip -n r route get 10.0.0.2',
  ],
  [
    {
      code: 'link.no-carrier',
      facts: { device: 'ns1/m1', through: ['host/up0'], down: { device: 'sw/p0', is: 'peer' } },
    },
    'ns1/m1 has no carrier: its parent host/up0 has no carrier: the other end of its cable, sw/p0, is down',
    'bring it up: set({ up: true }) on sw/p0',
    'its parent host/up0 has no carrier: the other end of its cable, sw/p0, is down',
  ],
  [
    {
      code: 'host.rp-filter',
      facts: { namespace: 'b', device: 'b/eth0', source: '10.0.0.1', mode: 2, back: 'unnumbered' },
    },
    'b/eth0 refuses packets from 10.0.0.1: rp_filter is 2, and the way back does not lead by eth0, which has no IPv4 address',
    "b.sysctl.set('net/ipv4/conf/eth0/rp_filter', 0), and 'all' as well",
  ],
  [
    { code: 'link.no-carrier', facts: { device: 'ns1/m1', down: { device: 'host/up0', is: 'parent' } } },
    'ns1/m1 has no carrier: its parent host/up0 is down',
    'bring it up: set({ up: true }) on host/up0',
    'its parent host/up0 is down',
  ],
  [
    { code: 'link.mtu', facts: { ...MTU, where: { is: 'bridge' } } },
    'r/eth1 sends packets of up to 1400 bytes (its MTU), and this one has 1500: a bridge fragments nothing',
    'set({ mtu: 1500 }) on r/eth1 and on the other end of its cable',
  ],
  [
    { code: 'link.mtu', facts: { ...MTU, where: { is: 'router' } } },
    'r/eth1 sends packets of up to 1400 bytes (its MTU), and this one has 1500, not to be fragmented',
    'set({ mtu: 1500 }) on r/eth1 and on the other end of its cable; or smaller packets',
  ],
  [
    { code: 'link.mtu', facts: { mtu: 1400, length: 1500, where: { is: 'route', namespace: 'r', to: '10.0.0.2' } } },
    'the route of r to 10.0.0.2 takes packets of up to 1400 bytes (its MTU), and this one has 1500, not to be fragmented',
    'on r: ip route show, and the mtu of that route; or smaller packets',
  ],
  [
    { code: 'link.mtu', facts: { ...MTU, where: { is: 'source', namespace: 'r', to: '10.0.0.2', room: 1372 } } },
    'r/eth1 sends packets of up to 1400 bytes (its MTU), and this one has 1500',
    'size is without the headers: at most 1372 here; or set({ mtu: 1500 }) on each device of the way',
  ],
  [
    {
      code: 'link.mtu',
      facts: { mtu: 1400, length: 1500, where: { is: 'source', namespace: 'a', to: '10.0.0.2', room: 1372 } },
    },
    'the route of a to 10.0.0.2 takes packets of up to 1400 bytes (its MTU), and this one has 1500',
    'size is without the headers: at most 1372 here; or on a: ip route show, and the mtu of that route',
  ],
  [
    { code: 'nft.policy', facts: { ...NFT_POLICY, of: { is: 'outer packet' } } },
    'the outer packet of the tunnel is dropped by the packet filter of r, table ip t, chain c (hook forward): policy drop',
    "a rule that accepts it, or on r: nft chain ip t c '{ policy accept; }'",
  ],
  [
    {
      code: 'tunnel.not-taken',
      facts: { ...TUNNEL, kind: 'geneve', lookup: 'geneve_lookup', port: 6081, id: 7, nearest: { ...NEAR, ...REMOTE } },
    },
    'the packet left a/t0 with VNI 7 in an outer packet to 10.0.0.2:6081, and b has no geneve with VNI 7 on that port whose remote is 10.0.0.1 (geneve_lookup)',
    "set({ remote: '10.0.0.1' }) on b/t0, which takes only what comes from 10.0.0.9",
  ],
  [
    {
      code: 'tunnel.not-taken',
      facts: {
        ...{ ...TUNNEL, kind: 'geneve', lookup: 'geneve6_lookup', source: 'fd00::1', to: 'fd00::2', port: 6081, id: 7 },
        nearest: { ...NEAR, option: 'dstport', has: 6082, needs: 6081 },
      },
    },
    'the packet left a/t0 with VNI 7 in an outer packet to [fd00::2]:6081, and b has no geneve with VNI 7 on that port whose remote is fd00::1 (geneve6_lookup)',
    'both ends must have one dstport: a/t0 sends to 6081, and b/t0 has 6082',
  ],
  ...(
    [
      [{ has: 8, needs: 7 }, 'set({ ikey: 7 }) on b/t0, which takes only what has the key 8'],
      [{ needs: 7 }, 'set({ ikey: 7 }) on b/t0, which takes only what has no key'],
    ] as const
  ).map(([values, hint]): [Cause, string, string] => [
    { code: 'tunnel.not-taken', facts: { ...GRE, key: 7, nearest: { ...NEAR, option: 'ikey', ...values } } },
    'the packet left a/t0 in an outer packet to 10.0.0.2, and no tunnel of b takes gre from 10.0.0.1 with key 7 (ip_tunnel_lookup)',
    hint,
  ]),
  [
    { code: 'tunnel.not-taken', facts: { ...GRE, nearest: { ...NEAR, option: 'ikey', has: 8 } } },
    'the packet left a/t0 in an outer packet to 10.0.0.2, and no tunnel of b takes gre from 10.0.0.1 (ip_tunnel_lookup)',
    'set({ okey: 8 }) on a/t0: b/t0 takes only what has that key (its ikey)',
  ],
  [
    {
      code: 'tunnel.not-taken',
      facts: { ...GRE, nearest: { ...NEAR, option: 'local', has: '10.0.0.9', needs: '10.0.0.2' } },
    },
    'the packet left a/t0 in an outer packet to 10.0.0.2, and no tunnel of b takes gre from 10.0.0.1 (ip_tunnel_lookup)',
    "set({ local: '10.0.0.2' }) on b/t0, which takes only what is for 10.0.0.9; or set({ remote: '10.0.0.9' }) on a/t0",
  ],
  ...(
    [
      [
        ...[
          'icsum',
          true,
          '__ip6_tnl_rcv',
          'without a checksum, and b/t0 expects one: its icsum is on (__ip6_tnl_rcv)',
        ],
        'set({ ocsum: true }) on a/t0, or set({ icsum: false }) on b/t0',
      ],
      [
        ...[
          'iseq',
          true,
          'ip_tunnel_rcv',
          'without a sequence number, and b/t0 expects one: its iseq is on (ip_tunnel_rcv)',
        ],
        'set({ oseq: true }) on a/t0, or set({ iseq: false }) on b/t0',
      ],
    ] as ['icsum' | 'iseq', boolean, string, string, string][]
  ).map(([option, has, kernel, words, hint]): [Cause, string, string] => [
    { code: 'tunnel.refused', facts: { device: 'a/t0', by: 'b/t0', option, has, function: kernel } },
    `the packet left a/t0 ${words}`,
    hint,
  ]),
  [
    { code: 'uplink.left', facts: { device: 'a/m0', uplink: 'enp3s0', siblings: [] } },
    'left by the real NIC enp3s0: what lies beyond is not observed',
  ],
  [
    { code: 'bridge.hairpin-off', facts: { port: 'node/p', wouldHelp: true, translated: '10.88.0.2' } },
    'not sent back out of node/p: hairpin is off on that port',
    "a rule translated the packet to 10.88.0.2, which is behind the same port: set({ hairpin: true }) on node/p (hairpinMode of CNI's bridge plugin)",
  ],
  [
    { code: 'bridge.hairpin-off', facts: { port: 'sw/p0', wouldHelp: false } },
    'not sent back out of sw/p0: hairpin is off on that port',
    'no sibling would hear it, reflected or not: in mode private they hear no broadcast of each other, in mode source only listed senders',
  ],
  [
    { code: 'bridge.port-state', facts: { port: 'sw/p1', state: 'learning', side: 'in', because: 'spanning-tree' } },
    'sw/p1 is learning: it takes nothing in',
    'the spanning tree of sw decides: a port that comes up forwards after 30 s',
  ],
  [
    { code: 'bridge.port-state', facts: { port: 'sw/p1', state: 'disabled', side: 'in', because: 'bpdu-guard' } },
    'sw/p1 is disabled: it takes nothing in',
    "its BPDU guard saw a BPDU (br_stp_rcv): set({ guard: false }) on sw/p1, and set({ state: 'forwarding' })",
  ],
  [
    {
      code: 'neighbour.other-host',
      facts: { device: 'c/eth0', namespace: 'a', address: '10.0.0.2', isPermanent: false },
    },
    'a sends what is for 10.0.0.2 to the MAC address of c/eth0',
    'somebody answered a for 10.0.0.2 with that MAC address: another host with the address, or a proxy',
  ],
  [
    { code: 'macvlan.private', facts: { device: 'a/m0', as: 'sender' } },
    'a/m0 is in mode private: its broadcast comes back to itself alone',
    "set({ mode: 'vepa' }) or 'bridge' on a/m0",
  ],
  [
    { code: 'ipvlan.no-neighbours', facts: { device: 'b/i0', mode: 'l3', parent: 'host/up0' } },
    'b/i0 answers no ARP: it is in mode l3',
    "route to it instead, by an address of host/up0; or set({ mode: 'l2' }) on b/i0",
  ],
  [
    { code: 'vlan.other-tag', facts: { device: 'b/eth0.10', protocol: '802.1Q', id: 10, tag: null } },
    'the frame has no tag; b/eth0.10 takes 802.1Q id 10',
    'both ends of a VLAN need the same protocol and id, which cannot be changed: delete b/eth0.10 and add it again',
  ],
  [
    { code: 'vlan.missing', facts: { device: 'b/eth0', tag: { protocol: '802.1ad', id: 7 } } },
    'the frame has the tag 802.1ad id 7, and b/eth0 has no VLAN device for it: its own stack takes only untagged frames',
    "b.vlan({ parent: b/eth0, protocol: '802.1ad', id: 7 })",
  ],
  [
    { code: 'route.none', facts: { namespace: 'b', to: '10.0.0.1', back: true } },
    'b has no route back to 10.0.0.1',
    "b.route.add({ to: '10.0.0.1', via: … })",
  ],
  [
    {
      code: 'route.none',
      facts: { namespace: 'a', to: '10.0.1.2', near: { device: 'a/eth0', own: '10.0.0.1/24', holder: 'b/eth0' } },
    },
    'a has no route to 10.0.1.2',
    'a/eth0 (10.0.0.1/24) and b/eth0 (10.0.1.2) are on one link: give them addresses of one subnet',
  ],
  [
    { code: 'route.none', facts: { namespace: 'a', to: '10.0.0.1', hasRules: true } },
    'a has no route to 10.0.0.1',
    'a rule may be the reason; on a: ip rule; ip route show table all',
  ],
  [
    { code: 'link.no-carrier', facts: { device: 'a/bond0', because: 'members', members: ['a/s0', 'a/s1'] } },
    'a/bond0 has no carrier: none of its members has one: a/s0, a/s1',
    'a member has a carrier while it and the other end of its cable are up',
    'none of its members has one: a/s0, a/s1',
  ],
  [
    { code: 'bridge.no-pvid', facts: { port: 'r/vxlan0', tunnel: 'unmapped' } },
    'no VLAN of r/vxlan0 has the VNI that the frame came with, and r/vxlan0 has no pvid',
    'vlan.add({ id: …, tunnelId: … }) on r/vxlan0, whose vlanTunnel must be on',
  ],
  [
    { code: 'route.none', facts: { namespace: 'a', to: '10.0.0.1', thrown: 'throw 10.0.0.1/32' } },
    'a has no route to 10.0.0.1: throw 10.0.0.1/32 ends the look-up',
    'on a: ip route del throw 10.0.0.1/32',
  ],
  [
    { code: 'route.none', facts: { namespace: 'a', to: 'fd00::1', rule: 'to fd00::1/128 priority 5 unreachable' } },
    'a has no route to fd00::1: a rule says so: to fd00::1/128 priority 5 unreachable',
    'on a: ip -6 rule del to fd00::1/128 priority 5 unreachable',
  ],
  [
    { code: 'route.none', facts: { namespace: 'a', to: '10.0.0.1', unused: { table: 254 } } },
    'a has no route to 10.0.0.1. Table main has one, and no rule leads there',
    "a.rule.add({ table: 'main', priority: 32766 })",
  ],
  [
    { code: 'route.none', facts: { namespace: 'a', to: '10.0.0.1', unused: { table: 10, vrf: 'a/red' } } },
    'a has no route to 10.0.0.1. Table 10 has one, for the devices of the VRF a/red',
    'set({ master: a/red }) on the device that the packet came in by',
  ],
  [
    { code: 'route.prohibit', facts: { namespace: 'r', rule: 'from 10.0.0.1/32 priority 10 prohibit' } },
    'r has a rule that leads nowhere: from 10.0.0.1/32 priority 10 prohibit',
    'on r: ip rule del from 10.0.0.1/32 priority 10 prohibit',
  ],
  [
    { code: 'route.none', facts: { namespace: 'a', to: 'ff05::1', group: { device: 'a/eth0' } } },
    'a has no route to ff05::1',
    "add a route to groups: a.route.add({ to: 'ff00::/8', dev: 'eth0' }); toHear asks who hears a group",
  ],
  [
    {
      code: 'neighbour.answer-lost',
      facts: { asked: { ...ASKED, answeredBy: 'b' }, by: { port: 'a/eth0', bridge: 'a/br0' } },
    },
    'a asks who has 10.0.0.2, and the answer of b does not come: a asked by a/eth0, and what comes in there is for a/br0',
    'give the address of a/eth0 to its bridge a/br0',
  ],
  [
    { code: 'neighbour.arp-off', facts: { device: 'b/eth0' } },
    'b/eth0 has no ARP (IFF_NOARP)',
    'on b: ip link set eth0 arp on',
  ],
  [
    { code: 'neighbour.arp-off', facts: { device: 'b/eth0', asked: { ...ASKED, answeredBy: 'b' } } },
    'a asks who has 10.0.0.2, and the answer of b does not come: b/eth0 has no ARP (IFF_NOARP)',
    'on b: ip link set eth0 arp on',
  ],
  [
    { code: 'neighbour.old-mac', facts: OLD },
    'the frame is for 02:00:00:00:00:09, and b/eth0 has 02:00:00:00:00:02',
    'a neighbour entry with an old MAC address? See neighbour.list() on the sender',
  ],
  [
    {
      code: 'neighbour.old-mac',
      facts: { ...OLD, entry: { namespace: 'a', address: '10.0.0.2', isPermanent: false } },
    },
    'the frame is for 02:00:00:00:00:09, and b/eth0 has 02:00:00:00:00:02',
    'a has learnt that MAC address for 10.0.0.2: it is old (a.neighbour.flush()), or somebody else answered',
  ],
  [
    {
      code: 'address.gone',
      facts: {
        address: 'fd00::2',
        holder: 'b',
        why: 'IPv6 is off: net.ipv6.conf.all.disable_ipv6 is 1',
        mend: 'turn it on',
      },
    },
    'no device of the lab has fd00::2 any more: b had it',
    'IPv6 is off: net.ipv6.conf.all.disable_ipv6 is 1; turn it on',
  ],
  [
    { code: 'address.own-source', facts: { namespace: 'b', address: '10.0.0.1', lost: 'answer' } },
    'b has 10.0.0.1 too, so it sends its answers to itself',
    'two hosts with one address: give b another',
  ],
  [
    { code: 'host.rp-filter', facts: { namespace: 'r', device: 'r/eth0' } },
    'refused by the reverse path filter of r/eth0',
    "r.sysctl.set('net.ipv4.conf.eth0.rp_filter', 0), and 'all' as well",
  ],
  [
    {
      code: 'host.rp-filter',
      facts: { namespace: 'b', device: 'b/eth0', source: '10.0.0.1', mode: 2, back: 'none', asked: ASKED },
    },
    'a asks who has 10.0.0.2, and nobody answers: b/eth0 refuses packets from 10.0.0.1: rp_filter is 2, and there is no way back',
    "b.sysctl.set('net/ipv4/conf/eth0/rp_filter', 0), and 'all' as well",
  ],
  [
    { code: 'group.not-joined', facts: { device: 'b/m0', group: '224.0.0.251', by: 'parent' } },
    'b/m0 has not joined 224.0.0.251: its parent hands it no frame for it',
    'a program on b has to join it (IP_ADD_MEMBERSHIP); hairpin joins it unless join: false',
  ],
  [
    { code: 'nft.drop', facts: { ...NFT, isBase: false, of: { is: 'answer' } } },
    'its answer is dropped by the packet filter of r, table ip t, chain c (of hook forward): the rule with handle 4',
    'on r: nft delete rule ip t c handle 4',
  ],
  [
    {
      code: 'nft.reject',
      facts: {
        ...NFT,
        hook: 'egress',
        device: 'r/eth1',
        rule: 'reject',
        of: { is: 'solicitation', address: 'fd00::1', by: 'ND' },
      },
    },
    'the question for fd00::1, by ND, is refused by the packet filter of r, table ip t, chain c (hook egress) of r/eth1:\nreject # handle 4',
    'on r: nft delete rule ip t c handle 4',
  ],
  [
    { code: 'nft.policy', facts: { ...NFT, nearest: [] } },
    'dropped by the packet filter of r, table ip t, chain c (hook forward): policy drop',
    "a rule that accepts it, or on r: nft chain ip t c '{ policy accept; }'",
  ],
  [
    {
      code: 'iptables.reject',
      facts: { namespace: 'r', program: 'ip6tables-legacy', table: 'filter', chain: 'FORWARD', number: 2 },
    },
    'refused by the packet filter of r, ip6tables-legacy, table filter, chain FORWARD: rule 2',
    'on r: ip6tables-legacy -t filter -D FORWARD 2',
  ],
  [
    { code: 'qdisc.drop', facts: { namespace: 'r' } },
    'dropped by the queueing discipline',
    'on r: tc -s qdisc show dev …',
  ],
  [{ code: 'ip.checksum', facts: { of: 'IP header' } }, 'the checksum of its IP header is wrong'],
  [
    { code: 'unknown', facts: { silent: 'r' } },
    'last seen here',
    'r has packet filters that may have dropped it: nft list ruleset',
  ],
];

test.for(CASES.map(([cause, ...words]) => ({ code: cause.code, cause, words })))(
  'the words of $code',
  ({ cause, words }) => {
    const { text, hint, why } = sayCause(cause);
    expect([text, hint, why].slice(0, words.length)).toEqual(words);
    expect([text, hint, why].slice(words.length).filter(Boolean)).toEqual([]);
  },
);
