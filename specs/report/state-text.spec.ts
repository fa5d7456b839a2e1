import { expect, type Lab, test } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

const textOf = (lab: Lab, at: number) => {
  const state = readLab(lab);
  const namespace = state.namespaces[at];
  return namespace && stateText(state, namespace);
};

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
test('a host: links, addresses, routes, neighbours, and the settings that differ', ({ lab, macvlanPair }) => {
  const { ns1, m1, m2 } = macvlanPair({ mode: 'bridge' });
  m1.set({ bcqueuelen: 50, promiscuous: true });
  ns1.route.add({ to: 'default', via: '10.0.0.1' });
  ns1.neighbour.add({ to: '10.0.0.102', lladdr: m2?.mac ?? '' });
  ns1.sysctl.set('net.ipv4.conf.m1.arp_ignore', 1);
  expect(textOf(lab, 0)).toBe(
    `
ns1 (host)
  links
    m1@host/up0  UP  02:00:00:00:00:6b  mtu 1500  macvlan mode bridge bcqueuelen 50 promisc
  addresses
    m1  10.0.0.101/24 fd00::65/64
  routes
    default via 10.0.0.1 dev m1
  neighbours
    10.0.0.102  dev m1  lladdr 02:00:00:00:00:6c  PERMANENT
  sysctls
    net.ipv4.ip_forward = 0
    net.ipv4.icmp_ratemask = 0
    net.ipv6.icmp.ratemask = 0
    net.ipv4.conf.all.rp_filter = 0
    net.ipv4.conf.default.rp_filter = 0
    net.ipv6.conf.default.accept_dad = 0
    net.ipv6.conf.default.router_solicitations = 0
    net.ipv4.conf.m1.arp_ignore = 1`.trimStart(),
  );
});

// a ── p0 sw p1 ── b, which is down
test('a switch: ports with what was changed, and who is behind them', async ({ lab }) => {
  const sw = lab.switch('sw', { ageingTime: 17 });
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw, { b: { hairpin: true, cost: 7 } });
  const { a: down, b: port } = lab.cable(b, sw);
  down.set({ up: false });
  sw.fdb.add('02:00:00:00:dd:01', port);
  // Who has said something by now is the kernel's affair.
  const text = textOf(lab, 0)?.replaceAll(/\n.*learnt$/gm, '');
  expect(text).toBe(
    `
sw (switch)
  links
    br0        UP                                       bridge ageing_time 1700 mcast_snooping 0
    p0@a/eth0  UP          02:00:00:00:00:66  mtu 1500  veth
    p1@b/eth0  NO-CARRIER  02:00:00:00:00:68  mtu 1500  veth
  ports
    p0  forwarding hairpin on cost 7
    p1  disabled
  forwarding
    02:00:00:00:dd:01  dev p1  static
  sysctls
    net.ipv6.conf.default.disable_ipv6 = 1`.trimStart(),
  );
});

// a ── b, with a packet filter
test('the ruleset is in the words of nft', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await b.exec('nft', ['add table ip spec']);
  expect(readLab(lab).namespaces.map(({ nftables }) => nftables)).toEqual(['', 'table ip spec {\n}']);
  expect(textOf(lab, 1)).toContain('  nftables\n    table ip spec {\n    }');
});

describeNeeding([VLAN_FILTERING], () => {
  // a ── p0 sw p1 ── b
  test('a switch that looks at VLANs: those of its ports and its own', ({ lab }) => {
    const sw = lab.switch('sw', { vlanFiltering: true });
    const { b: p0 } = lab.cable(lab.namespace('a'), sw);
    const { b: p1 } = lab.cable(lab.namespace('b'), sw);
    p0.vlan.add({ id: 10, pvid: true, untagged: true });
    p1.vlan.add({ id: '100-199' });
    sw.br0.vlan.delete({ id: 1 });
    sw.fdb.add('02:00:00:00:dd:01', p1, { vlan: 100 });
    const text = textOf(lab, 0);
    expect(text).toContain(`
  VLANs
    br0  none
    p0   1 untagged, 10 pvid untagged
    p1   1 pvid untagged, 100-199
`);
    expect(text).toMatch(/02:00:00:00:dd:01 {2}dev p1 vlan 100 +static/);
  });
});
