import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLab, expect, type Lab, type LabData, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

/** Loads a text, saves what stands, loads that, and saves again. */
async function thereAndBack(text: string): Promise<{ first: LabData; second: LabData; saved: string; again: string }> {
  await using one = createLab();
  await one.load({ text });
  await one.settled();
  const saved = one.save();
  await using other = createLab();
  await other.load({ text: saved, name: 'saved' });
  await other.settled();
  return { first: stateOf(one), second: stateOf(other), saved, again: other.save() };
}

/** Without what comes and goes by itself: neighbours and groups that the kernel has learnt, and how far a carrier has been told of. */
function stateOf(lab: Lab): LabData {
  const { namespaces } = lab.toJSON();
  return {
    namespaces: namespaces.map(({ links, neighbours, fdb, mdb, ...rest }) => ({
      ...rest,
      links: (links as object[]).map((link) => ({ ...link, operState: undefined })),
      neighbours: (neighbours as { state: string }[]).filter(({ state }) => state === 'PERMANENT'),
      // A hash table, in whatever order.
      fdb: (fdb as { permanent: boolean }[])
        .filter(({ permanent }) => permanent)
        .map((entry) => JSON.stringify(entry))
        .sort(),
      mdb: (mdb as { state: string }[]).filter(({ state }) => state === 'permanent'),
    })),
  };
}

// Each network is drawn in its file.
test.for<[name: string, text: string]>([
  [
    'hosts, a router and a switch',
    `
namespaces: { a: , b: , r: { role: router }, sw: { role: switch, helloTime: 1, mcastSnooping: true }, far: }
links:
  - { a: a, b: sw, mtu: 1400 }
  - { a: { name: b/lan0, mac: '02:00:00:00:99:99', promiscuous: true }, b: { name: sw/b, isolated: true, cost: 7 } }
  - { a: r/lan, b: sw/r }
  - { a: r/wan, b: { name: far/eth0, up: false } }
`,
  ],
  [
    'macvlans, and a bridge of a host with its ports',
    `
namespaces: { host: , ns1: , ns2: , lan: }
links:
  - { a: lan, b: { name: host/up0, promiscuous: true } }
  - { kind: macvlan, name: ns1/m1, parent: host/up0, mode: bridge, bcqueuelen: 77 }
  - { kind: macvlan, name: ns2/m2, parent: host/up0, mode: source, macaddr: ['02:00:00:00:00:65'], nodst: true }
  - { kind: bridge, name: host/br0, address: [10.5.0.1/24, 'fd05::1/64'], stp: false, ageingTime: 30 }
  - { a: { name: ns1/eth0, address: 10.5.0.2/24 }, b: { name: host/p0, master: br0, hairpin: true, address: false } }
  - { a: { name: ns2/eth0, address: false }, b: { name: host/p1, master: host/br0, address: 10.6.0.1/24 } }
  - { kind: vxlan, name: host/vx, id: 7, local: 10.5.0.1, master: br0, macLearning: false, address: false,
      fdb: [{ mac: '00:00:00:00:00:00', dst: 10.5.0.2 }, { mac: '00:00:00:00:00:00', dst: 10.5.0.3 }] }
  - { kind: ifb, name: host/ifb0 }
`,
  ],
  [
    'routes, rules, nexthops, neighbours, sysctls, filters, addresses that only ip can say',
    `
namespaces:
  a:
    sysctls: { net.ipv4.ip_default_ttl: 33, net.ipv6.conf.all.forwarding: 1, net.ipv4.conf.eth0.proxy_arp: 1, net.ipv4.igmp_max_memberships: 30, net.ipv6.conf.eth0.mtu: 1300, net.ipv4.conf.lo.arp_ignore: 3, net.ipv4.neigh.eth0.gc_stale_time: 77 }
    exec:
      - ip addrlabel delete prefix 2002::/16 label 2
      - ip link set dev lo mtu 4000
      - ip address add 10.9.9.9/32 dev lo
      - ip address add 10.1.0.7 peer 10.1.0.8/32 dev eth0
      - ip link set dev eth0 allmulticast on
      - { run: nft -f -, input: 'table inet t { chain c { type filter hook input priority 0; tcp dport 80 drop; }; }' }
      - ip -4 rule delete priority 32767
    nexthops: [{ id: 7, via: 10.1.0.1, dev: eth0 }, { id: 8, blackhole: true }, { id: 9, group: [{ id: 7, weight: 3 }] }]
    routes:
      - { to: 10.2.0.0/24, nhid: 7, table: 100 }
      - { to: 10.3.0.0/24, via: 10.1.0.1, src: 10.9.9.9, metric: 7, mtu: 1300, proto: static }
      - { to: 10.4.0.0/24, nextHops: [{ via: 10.1.0.1, weight: 2 }, { dev: eth0 }] }
      - { to: default, via: 10.1.0.1 }
      - { to: default, via: 'fd01::1' }
      - { to: 10.66.0.0/16, type: unreachable }
      - { to: 'fd66::/64', type: blackhole }
      - { to: 'fd02::/64', via: 'fd01::1', metric: 77, pref: high }
    rules: [{ from: 10.1.0.2, table: 100, priority: 50, proto: bgp }, { fwmark: 1, type: prohibit, priority: 60 }, { family: 6, iif: eth0, table: 7 }]
    addrlabels: [{ prefix: 'fd08::/64', label: 42 }, { prefix: 'fd09::/64', label: 43, dev: eth0 }]
    neighbours: [{ to: 10.1.0.77, lladdr: '02:00:00:00:00:77', dev: eth0 }, { to: 10.1.0.78, proxy: true, dev: eth0 }]
  r:
links:
  - { a: { name: a/eth0, address: [10.1.0.2/24, 'fd01::2/64'] }, b: { name: r/eth0, address: [10.1.0.1/24, 'fd01::1/64'] } }
`,
  ],
  [
    'static entries of a switch',
    `
namespaces:
  a:
  sw:
    role: switch
    mcastSnooping: true
    fdb: [{ mac: '02:00:00:00:00:aa', port: p0, sticky: true }]
    mdb: [{ group: 239.1.1.1, port: p0 }]
    exec: [bridge fdb replace 02:00:00:00:00:bb dev p0 master local]
links: [{ a: a, b: sw/p0 }]
`,
  ],
  [
    'what a switch has of its own as a host',
    `
namespaces:
  a:
  sw:
    role: switch
    exec:
      - ip link set dev br0 address 02:00:00:00:00:77 mtu 1300 promisc on
      - sysctl -q -w net.ipv6.conf.br0.accept_dad=0 net.ipv6.conf.br0.disable_ipv6=0
      - ip address add 10.0.0.100/24 dev br0
      - ip address add fd00:0:0:7::1/64 dev br0 nodad
      - ip nexthop add id 7 via 10.0.0.1 dev br0
      - ip route add 10.7.0.0/16 via 10.0.0.1
      - ip route add 10.8.0.0/16 nhid 7
      - ip rule add from 10.0.0.100 table 7 priority 9
      - ip neighbour add 10.0.0.9 lladdr 02:00:00:00:00:09 dev br0
      - ip neighbour add proxy 10.0.0.10 dev br0
  b:
  off: { role: switch, exec: [ip link set dev br0 down] }
links: [{ a: a, b: sw/p0 }, { a: b, b: off/p0 }]
`,
  ],
  [
    'a default that is set back after all devices were',
    `
namespaces:
  a:
    sysctls:
      net.ipv6.conf.all.disable_ipv6: 1
      net.ipv6.conf.default.disable_ipv6: 0
      net.ipv4.ip_forward: 1
      net.ipv4.conf.default.forwarding: 0
  b:
links: [{ a: a, b: b }]
`,
  ],
  [
    'addresses of which the first is one that only ip can say',
    `
namespaces:
  a: { exec: [ip address add 10.0.0.1/24 dev eth0 noprefixroute, ip address add 10.0.0.2/24 dev eth0] }
  b:
links: [{ a: { name: a/eth0, address: false }, b: { name: b/eth0, address: 10.0.0.3/24 } }]
`,
  ],
  [
    'a host beside a router, with routes that only ip can say',
    `
namespaces:
  a: { exec: [ip route append 10.3.0.0/24 dev eth0, ip route append 10.3.0.0/24 via 10.0.0.1] }
  r: { role: router }
links: [{ a: r, b: a }]
`,
  ],
  [
    'next hops that no address brings onto a link, and a group whose number is before those of its members',
    `
namespaces:
  a:
    exec:
      - ip route add 192.0.2.0/24 dev eth0
      - ip nexthop add id 7 via 192.0.2.1 dev eth0
      - ip nexthop add id 3 group 7
      - ip route add 10.9.0.0/16 nhid 3
      - ip route add 10.8.0.0/16 via 192.0.2.9
      - ip route delete 192.0.2.0/24 dev eth0
  b:
links: [{ a: a, b: b }]
`,
  ],
  [
    'a tunnel that is a port of a switch, and a macvlan on its bridge',
    `
namespaces: { a: , sw: { role: switch } }
links:
  - { a: a, b: sw/p0 }
  - { kind: vxlan, name: sw/vx, id: 7, local: 192.0.2.1, master: br0, cost: 7, address: false }
  - { kind: macvlan, name: a/m1, parent: sw/br0, mode: bridge, address: 10.5.0.1/24 }
`,
  ],
])('what is loaded, saved and loaded again is the same: %s', async ([, text]) => {
  await expectTheSame(text);
});

await describeNeeding([VLAN_FILTERING, 'bond', 'vrf', 'vlan', 'dummy', 'ipvlan', 'gre', 'geneve', 'macsec'], () => {
  test('what is loaded, saved and loaded again is the same: other kinds', async () => {
    await expectTheSame(`
namespaces:
  host:
  ns1:
  sw:
    role: switch
    vlanFiltering: true
    vlanDefaultPvid: 5
    vlans: [{ id: 10-12 }]
links:
  - { kind: bond, name: host/bond0, mode: active-backup, miimon: 100, activeSlave: eth1, address: false }
  - a: { name: host/eth0, master: bond0, address: false }
    b: { name: sw/p0, vlans: [{ id: 10 }, { id: 11, state: blocking }, { id: 12 }, { id: 20, pvid: true, untagged: true }] }
  - a: { name: host/eth1, master: bond0, address: false }
    b: { name: sw/p1, vlans: [] }
  - { kind: vlan, name: host/bond0.10, parent: host/bond0, id: 10, address: 10.8.0.1/24 }
  - { kind: vrf, name: host/red, table: 10, address: false }
  - { kind: dummy, name: host/d0, master: red, address: [10.5.0.1/24, 'fd05::1/64'] }
  - { a: host/up0, b: ns1/eth0 }
  - { kind: ipvlan, name: ns1/i1, parent: host/up0, mode: l3, flag: private, address: 10.9.0.1/32 }
  - { kind: gre, name: host/gre1, local: 192.0.2.1, remote: 192.0.2.2, okey: 7, ttl: 9, address: 10.10.0.1/30 }
  - { kind: geneve, name: host/gnv, id: 7, remote: 192.0.2.9, address: false }
  - { kind: macsec, name: ns1/ms, parent: ns1/eth0, encrypt: true, address: false }
`);
  });
});

async function expectTheSame(text: string): Promise<void> {
  const { first, second, saved, again } = await thereAndBack(text);
  expect(second, saved).toEqual(first);
  expect(again).toBe(saved);
}

test('a lab that code has made, saved and loaded, is the same but for the numbers of its devices', async ({ lab }) => {
  // ns1, ns2 ─ macvlans ── up0 (host) ── gateway, made in an order that no file has
  const [host, ns1, gateway] = [lab.namespace('host'), lab.namespace('ns1'), lab.router('gateway')];
  const { a: up0 } = lab.cable(host, gateway, { a: { name: 'up0' } });
  const sw = lab.switch('sw');
  lab.cable(ns1, sw);
  ns1.macvlan({ parent: up0, mode: 'bridge' });
  await using other = createLab();
  await other.load({ text: lab.save() });

  const macs = (of: Lab) => of.namespaces.map(({ interfaces }) => interfaces.map((each) => `${each} ${each.mac}`));
  expect(macs(other)).toEqual(macs(lab));
  const [copy] = other.namespaces.filter(({ name }) => name === 'ns1');
  const listed = async (of: typeof ns1) => JSON.parse((await of.exec('ip', ['-j', 'address'])).stdout);
  const addresses = (list: { ifname: string; addr_info: { local: string }[] }[]) =>
    list.map(({ ifname, addr_info }) => [ifname, addr_info.map(({ local }) => local)]);
  expect(addresses(await listed(copy as typeof ns1))).toEqual(addresses(await listed(ns1)));
});

// a ── b
test('an address of an Ethernet device that a tunnel would make is said', ({ lab }) => {
  lab.cable(lab.namespace('a'), lab.namespace('b'), { a: { address: 'fe80::5efe:c000:201/64' } });
  expect(lab.save()).toContain('fe80::5efe:c000:201/64');
});

test('lab.save writes a file', async ({ lab, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  lab.cable(lab.namespace('a'), lab.namespace('b'));
  const file = join(folder, 'pair.yaml');
  const text = lab.save(file);

  expect(await readFile(file, 'utf8')).toBe(text);
  await using other = createLab();
  const { length } = (await other.load(file)).namespace('a').interfaces;
  expect(length).toBe(1);
});
