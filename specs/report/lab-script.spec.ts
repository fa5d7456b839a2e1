import { createLab, describe, expect, type Interface, MACVLAN_MODES, type Namespace, supports, test } from 'hairpin';
import { hasCode } from '../../lib/base/has-code.ts';
import { reach } from '../../lib/probes/reach.ts';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { needs, withoutTun } from '../needs.ts';
import { rebuild } from './rebuild.ts';
import { heardBy, outcomes, outcomesOf, WAITING } from './rebuilt-outcomes.ts';

// lab.sh runs it.
needs('sysctl');

describe('a lab rebuilt by its script is the same, and answers the same:', WAITING, () => {
  // ns1 ─ m1 ┐
  //          ├─ up0 (host) ── p0 (sw) p1 ── gateway
  // ns2 ─ m2 ┘                        p2 ── neighbour
  test.for(MACVLAN_MODES)('macvlans in mode %s', async (mode, { lab, macvlanPair }) => {
    const { ns1, gateway } = macvlanPair({ mode });
    expect(await outcomes(lab, [ns1, gateway], [ns1, '10.0.0.102'], [ns1, 'fd00::66'], [gateway, ns1])).toEqual(
      mode === 'bridge' ? Array(4).fill('answered') : ['answered', 'lost', 'lost', 'answered'],
    );
  });

  // ns1 ─ m1 (macvtap) ┐
  //                    ├─ up0 (host) ── p0 (sw) p1 ── gateway
  // ns2 ─ m2 (macvtap) ┘                        p2 ── neighbour
  test.skipIf(!supports('macvtap'))('macvtaps (needs CONFIG_MACVTAP)', async ({ lab, macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ type: 'macvtap', mode: 'bridge' });
    expect(await outcomes(lab, [ns1, ns2])).toEqual(['answered']);
  });

  // ns1 ─ ipvlan0 ┐
  //               ├─ eth0.100.10 ── eth0.100 (802.1ad) ── eth0 (a) ── eth0 ── eth0.100 ── eth0.100.10 (b)
  // ns2 ─ ipvlan0 ┘
  test.skipIf(!supports('ipvlan') || !supports('vlan'))(
    'ipvlans on a VLAN in a VLAN (needs CONFIG_IPVLAN, CONFIG_VLAN_8021Q)',
    async ({ lab }) => {
      const [a, b, ns1, ns2] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('ns1'), lab.namespace('ns2')];
      const { a: left, b: right } = lab.cable(a, b);
      const inner = (ns: Namespace, parent: Interface) =>
        ns.vlan({ parent: ns.vlan({ parent, id: 100, protocol: '802.1ad', address: false }), id: 10 });
      const [parent, far] = [inner(a, left), inner(b, right)];
      for (const ns of [ns1, ns2]) ns.ipvlan({ parent, mode: 'l2', flag: 'private' });
      const answers = await outcomes(lab, [ns1, b, { family: 4 }], [ns1, '10.0.2.4'], [far.namespace, '10.0.2.3']);
      expect(answers).toEqual(['answered', 'lost', 'answered']);
    },
  );

  // ns1 ─ macvlan0 ┐
  //                ├─ dummy0 (host)
  // ns2 ─ macvlan0 ┘
  // ns1 ─ ipvtap0 ── eth0 (host) ── gateway
  test.skipIf(!supports('ipvtap'))('an ipvtap (needs CONFIG_IPVTAP)', async ({ lab }) => {
    const [host, gateway, ns1] = [lab.namespace('host'), lab.namespace('gateway'), lab.namespace('ns1')];
    const { a: parent } = lab.cable(host, gateway);
    ns1.ipvtap({ parent, mode: 'l2', flag: 'bridge' });
    expect(await outcomes(lab, [ns1, gateway])).toEqual(['answered']);
  });

  // a ─ vxlan0 ┄ a/eth0 ── eth0/b ┄ vxlan0 ─ b
  test.skipIf(!supports('vxlan'))('a vxlan (needs CONFIG_VXLAN)', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
    a.link('vxlan', { id: 7, remote: '192.0.2.2', ttl: 9 });
    const right = b.link('vxlan', { id: 7, remote: '192.0.2.1', macLearning: false });
    right.fdb.add({ mac: '02:00:00:00:dd:01', dst: '192.0.2.1', dynamic: true, externLearn: true });
    const address = right.address.first(4)?.address ?? '';
    expect(await outcomes(lab, [a, address])).toEqual(['answered']);
    const state = readLab(lab);
    expect(state.namespaces.map((namespace) => stateText(state, namespace)).join('\n')).toMatch(
      /vxlan0 .* vxlan id 7 remote 192\.0\.2\.2 ttl 9/,
    );
  });

  test.skipIf(!supports('dummy'))('macvlans on a dummy (needs CONFIG_DUMMY)', async ({ lab }) => {
    const [host, ns1, ns2] = [lab.namespace('host'), lab.namespace('ns1'), lab.namespace('ns2')];
    const parent = host.dummy();
    for (const ns of [ns1, ns2]) ns.macvlan({ parent, mode: 'bridge' });
    expect(await outcomes(lab, [ns1, ns2])).toEqual(['answered']);
  });

  // ns1 ─ video ┐
  //             ├─ it's (host) ── p0 (sw), reflecting ── gateway, neighbour
  // ns2 ─ m2 ───┘
  test('what was changed after it was made', async ({ lab, macvlanPair }) => {
    const { ns1, ns2, m1, m2, uplink, switchPort } = macvlanPair({ mode: 'vepa', mtu: 1400, promiscuous: true });
    switchPort.set({ hairpin: true });
    m1.set({ bcqueuelen: 50, mtu: 1300, mac: '02:00:00:00:aa:01', name: 'video' });
    m2?.set({ promiscuous: false });
    uplink.set({ name: "it's" });
    expect(await outcomes(lab, [ns1, ns2])).toEqual(['answered']);
  });

  // a ─ eth0 ── v0 ┐
  //                ├─ br1 (node, by ip)
  // b ─ eth0 ── v1 ┘
  test('a bridge that a program made in a host', async ({ lab }) => {
    const [node, a, b] = [lab.namespace('node'), lab.namespace('a'), lab.namespace('b')];
    const settings = ['ageing_time', '5000', 'mcast_snooping', '0'];
    await node.exec('ip', ['link', 'add', 'br1', 'address', '02:00:00:00:02:01', 'up', 'type', 'bridge', ...settings]);
    for (const [number, ns] of [a, b].entries()) {
      const there = ns.path;
      const port = ['link', 'add', `v${number}`, 'mtu', '1400', 'master', 'br1', 'up', 'type', 'veth'];
      await node.exec('ip', [...port, 'peer', 'name', 'eth0', 'mtu', '1400', 'netns', there]);
      await ns.exec('ip', ['address', 'add', `10.8.0.1${number}/24`, 'dev', 'eth0']);
      await ns.exec('ip', ['link', 'set', 'eth0', 'up']);
    }
    await node.exec('bridge', ['link', 'set', 'dev', 'v1', 'hairpin', 'on']);
    expect(await outcomes(lab, [a, b])).toEqual(['answered']);
  });

  // ns1 ─ macvlan0 (source with nodst) ─ eth0 (host) ── eth0 (far)
  // ns2 ─ -up (passthru with nopromisc) ─ eth1 (host) ── eth1 (far)
  test('the flags and the list of a macvlan', async ({ lab }) => {
    const [host, far, ns1, ns2] = [...['host', 'far'], ...['ns1', 'ns2']].map((name) => lab.namespace(name)) as [
      ...[Namespace, Namespace, Namespace, Namespace],
    ];
    const { a: first, b: heard } = lab.cable(host, far);
    const { a: second } = lab.cable(host, far);
    ns1.macvlan({ parent: first, mode: 'source', nodst: true, macaddr: [heard.mac, '02:00:00:00:dd:02'] });
    ns2.macvlan({ parent: second, mode: 'passthru', nopromisc: true, name: '-up' });
    expect(await outcomes(lab, [ns1, '10.0.0.2'], [ns2, '10.0.1.2'])).toEqual(['answered', 'answered']);
  });

  // a ── p0 sw p1 ── b     p2 ── c
  test('the settings of ports and of the switch, and its static entries', async ({ lab }) => {
    const sw = lab.switch('sw', { ageingTime: 1700, mcastSnooping: true });
    const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
    lab.cable(a, sw, { b: { isolated: true, cost: 7, priority: 3 } });
    const { b: p1 } = lab.cable(b, sw, { b: { isolated: true, mcastFlood: false, guard: true } });
    lab.cable(c, sw, { b: { learning: false, bcastFlood: false } });
    sw.fdb.add('02:00:00:00:dd:01', p1);
    sw.fdb.add('02:00:00:00:dd:02', p1, { externLearn: true });
    sw.fdb.add('02:00:00:00:dd:03', p1, { local: true });
    sw.fdb.add('02:00:00:00:dd:04', sw.br0);
    sw.fdb.add('02:00:00:00:dd:05', p1, { sticky: true });
    expect(await outcomes(lab, [a, b], [a, c], [c, a])).toEqual(['lost', 'lost', 'answered']);
  });

  // a ── p0 sw p1 ── b
  test('a port that was made to block', async ({ lab }) => {
    const sw = lab.switch('sw');
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { b: port } = lab.cable(a, sw);
    lab.cable(b, sw);
    port.set({ state: 'disabled' });
    expect(await outcomes(lab, [a, b])).toEqual(['lost']);
  });

  // a ── p0 sw p1 ── b, in VLAN 10; and p2 ── c, in VLAN 20
  test.skipIf(!supports('bridge', { vlanFiltering: true }))(
    'a switch that looks at VLANs (needs CONFIG_BRIDGE_VLAN_FILTERING)',
    async ({ lab }) => {
      const sw = lab.switch('sw', { vlanFiltering: true, vlanDefaultPvid: 7 });
      const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
      const [p0, p1, p2] = [a, b, c].map((host) => lab.cable(host, sw).b);
      for (const port of [p0, p1]) port?.vlan.add({ id: 10, pvid: true, untagged: true });
      p0?.vlan.delete({ id: 7 });
      p2?.vlan.add({ id: 20, pvid: true, untagged: true });
      p2?.vlan.add({ id: '100-199' });
      sw.br0.vlan.add({ id: 30 });
      if (p1) sw.fdb.add(b.interface().mac, p1, { vlan: 10 });
      expect(await outcomes(lab, [a, b], [a, c])).toEqual(['answered', 'lost']);
    },
  );

  // left ── lan.1 (router) wan*= ── right
  test('changed sysctls, of devices with odd names too', async ({ lab }) => {
    const [left, right, router] = [lab.namespace('left'), lab.namespace('right'), lab.router('router')];
    lab.cable(left, router, { b: { name: 'lan.1' } });
    lab.cable(right, router, { b: { name: 'wan*=' } });
    router.sysctl.set('net.ipv6.conf.all.forwarding', 0);
    router.sysctl.set('net/ipv4/conf/lan.1/rp_filter', 1);
    router.sysctl.set('net/ipv4/conf/wan*=/proxy_arp', 1);
    router.sysctl.set('net.ipv4.ip_default_ttl', 9);
    expect(await outcomes(lab, [left, right], [left, right, { family: 6 }])).toEqual(['answered', 'lost']);
  });

  // a ── b     c ── d, which is down     a has a wrong address for b
  test('permanent neighbours, and a link that is down', async ({ lab }) => {
    const [a, b, c, d] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.namespace('d')];
    lab.cable(a, b, { mtu: 9000 });
    const { b: down } = lab.cable(c, d);
    a.neighbour.add({ to: '10.0.0.2', lladdr: '02:00:00:00:dd:01' });
    a.neighbour.add({ to: 'fd00::2', lladdr: b.interface().mac });
    down.set({ up: false });
    expect(await outcomes(lab, [a, b], [a, b, { family: 6 }], [c, d, { family: 4 }])).toEqual([
      ...['lost', 'answered', 'unsent'],
    ]);
  });

  // a ── b, and a also has a tap of a virtual machine, by which its route to b leads, and a tun
  test('a tap and a tun', async ({ lab, skip }) => {
    const why = withoutTun();
    if (why) skip(why);
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    const tap = a.link('tun', { mode: 'tap', mtu: 1400, vnetHdr: true, address: '10.44.0.1/24' });
    const tun = a.link('tun', { mode: 'tun', user: 0, multiQueue: true, pi: true, up: false, address: false });
    a.route.add({ to: '10.0.0.2/32', dev: tap.name });
    const { asked, script } = await outcomesOf(lab, [a, b]);
    expect(asked).toEqual(['unsent']);
    a.route.delete({ to: '10.0.0.2/32', dev: tap.name });
    expect((await outcomesOf(lab, [a, b])).asked).toEqual(['answered']);
    expect(script).toContain(`\nip -n a tuntap add dev ${tap.name} mode tap vnet_hdr\n`);
    expect(script).toContain(`\nip -n a tuntap add dev ${tun.name} mode tun user 0 multi_queue pi\n`);
    expect(script).not.toContain('# Left out');
  });

  // a ── p0 sw p1 ── b, whose address the bridge has for its own; a also has a cable to another lab
  test('what a script cannot make does not keep it from the rest', async ({ lab }) => {
    await using other = createLab();
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, sw);
    const { b: p1, a: end } = lab.cable(b, sw);
    const elsewhere = ['peer', 'name', 'far', 'netns', other.namespace('far').path];
    await a.exec('ip', ['link', 'add', 'near', 'up', 'type', 'veth', ...elsewhere]);
    await a.exec('ip', ['address', 'add', '10.44.0.1/24', 'dev', 'near']);
    await a.exec('ip', ['route', 'add', '10.45.0.0/24', 'dev', 'near']);
    await a.exec('ip', ['neighbour', 'add', '10.0.0.2', 'lladdr', end.mac, 'dev', 'eth0', 'nud', 'permanent']);
    expect((await outcomesOf(lab, [a, b])).asked).toEqual(['answered']);
    await sw.exec('bridge', ['fdb', 'replace', end.mac, 'dev', p1.name, 'master', 'local']);
    const { asked, script } = await outcomesOf(lab, [a, b]);
    expect(asked).toEqual(['lost']);
    expect(script).toContain('# Left out: a/near, veth: what it leads to is not of this lab\n');
    expect(script.replaceAll(/^# .*$/gm, '')).not.toContain('near');
  });

  // a ── b
  test('routes and nexthops that were replaced', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: eth0 } = lab.cable(a, b);
    for (const via of ['10.0.0.2', '10.0.0.77']) {
      a.nexthop.replace({ id: 1, via, dev: eth0 });
      a.nexthop.replace({ id: 10, group: [{ id: 1, weight: via === '10.0.0.2' ? 1 : 3 }] });
      a.route.replace({ to: '10.9.0.0/16', nhid: 10 });
      a.route.replace({ to: '10.8.0.0/16', via, mtu: 1400 });
    }
    a.route.replace({ to: '10.0.0.0/24', dev: eth0, mtu: 1300 });
    a.route.replace({ to: b.interface().address.first(6)?.address ?? '', type: 'unreachable' });
    expect(await outcomes(lab, [a, b, { family: 4 }], [a, b, { family: 6 }])).toEqual(['answered', 'unsent']);
  });

  // a ── b
  test('a segment of segment routing (needs CONFIG_IPV6_SEG6_LWTUNNEL)', async ({ lab, skip }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: dev } = lab.cable(a, b);
    const srh = { segs: ['fcff::2', 'fcff::3'] };
    try {
      a.route.add({ to: 'fcff::1', dev, encap: { seg6local: { action: 'End', count: true } } });
    } catch (error) {
      skip(hasCode(error, 'EOPNOTSUPP'), 'needs CONFIG_IPV6_SEG6_LWTUNNEL');
      throw error;
    }
    a.route.add({ to: 'fcff::2', dev, encap: { seg6local: { action: 'End.DX6', nh6: 'fd00::2' } } });
    a.route.add({ to: 'fcff::3', dev, encap: { seg6local: { action: 'End.B6', srh } } });
    a.route.add({ to: 'fcff::4', dev, encap: { seg6local: { action: 'End.B6.Encaps', srh } } });
    a.route.add({ to: 'fcff::5', dev, encap: { seg6local: { action: 'End.T', table: 100 } } });
    const { asked, script } = await outcomesOf(lab, [a, b]);
    expect(asked).toEqual(['answered']);
    expect(script).not.toContain('# Left out');
    expect(await outcomes(lab, [a, b])).toEqual(['answered']);
  });

  // a ── router ── b, whose address the router answers for
  test('addresses that are answered for, and sysctls that are not often set', async ({ lab }) => {
    const [a, b, router] = [lab.namespace('a'), lab.namespace('b'), lab.router('router')];
    lab.cable(a, router);
    lab.cable(b, router);
    a.route.add({ to: '10.0.1.2/32', dev: 'eth0' });
    await router.exec('ip', ['neighbour', 'add', 'proxy', '10.0.1.2', 'dev', 'eth0']);
    router.sysctl.set('net.ipv4.neigh.eth0.ucast_solicit', 7);
    router.sysctl.set('net.ipv4.tcp_rmem', '4096 65536 1000000');
    b.sysctl.set('net.ipv4.icmp_ratelimit', 7);
    expect(await outcomes(lab, [a, '10.0.1.2'])).toEqual(['answered']);
  });

  // a ── b, which drops the echo requests
  test('a packet filter', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await b.exec('nft', ['add table ip spec; add chain ip spec in { type filter hook input priority 0; }']);
    await b.exec('nft', ['add rule ip spec in iif "eth0" icmp type echo-request drop']);
    expect(await outcomes(lab, [a, b], [a, b, { family: 6 }])).toEqual(['lost', 'answered']);
  });
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
// a ── b
test('a network that cannot be built says so, and does not look like an answer', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const report = await reach('spec', a, b, {}, { milliseconds: 100 });
  const { exitCode, output } = await rebuild(`ip netns add b; ${labScript(readLab(lab), report)}`);
  expect(exitCode).toBe(3);
  expect(output).toContain('lab.sh: the network could not be built');
});

// a ── b
test('what a script of ip and bridge cannot make again, it says', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('tc', 'qdisc add dev eth0 root htb'.split(' '));
  expect(labScript(readLab(lab))).toContain('# Left out: the queueing discipline htb of a/eth0 (tc qdisc)');
});

// a ── b
test('what the test has run stands in its script as remarks', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('sh', ['-c', 'ip link set\neth0 up || true'], { reject: false });
  expect(labScript(readLab(lab))).toContain(String.raw`# a.exec('sh', ['-c', 'ip link set\neth0 up || true'])`);
});

// a ── b, by a device that nft cannot name
test('a question of a device with a quote in its name says that it cannot be asked', async ({ lab }) => {
  const { a: from, b: to } = lab.cable(lab.namespace('a'), lab.namespace('b'), { b: { name: 'eth"0' } });
  const question = { frame: 'broadcast', from, to, joined: true } as const;
  expect(await heardBy(lab, question)).toMatch(/^exit code 3 .*nft cannot name a device with a quote/);
});
