import { expect, test } from 'hairpin';
import { engineOf, enginesOf } from '../../lib/lab/engines/engine.ts';
import { deviceSysctl } from '../../lib/state/device-sysctl.ts';
import { lowerOf, peerOf, portsOf } from '../../lib/state/find-link.ts';
import { readNetwork } from '../../lib/state/read-network.ts';
import { read } from '../lab/referee.ts';

// a eth0 ── p0 sw p1 ── up0 host ─ m1 (c)
test('every device is there, by index, with what it is connected to', async ({ lab }) => {
  const [a, c, host, sw] = [lab.namespace('a'), lab.namespace('c'), lab.namespace('host'), lab.switch('sw')];
  const { a: eth0, b: p0 } = lab.cable(a, sw);
  const { a: up0, b: p1 } = lab.cable(host, sw, { a: { name: 'up0' } });
  c.macvlan({ parent: up0, mode: 'bridge', name: 'm1' });
  const network = readNetwork(enginesOf(lab.namespaces), []);
  for (const [at, namespace] of lab.namespaces.entries()) {
    const shown = await read<{ ifindex: number; ifname: string }>(namespace, 'ip', ['-j', 'link']);
    const { name, links } = network.namespaces[at] ?? { links: [] };
    expect(name).toBe(namespace.name);
    expect(links.map(({ index, name: device }) => [index, device])).toEqual(
      shown.map(({ ifindex, ifname }) => [ifindex, ifname]).sort(([one], [other]) => Number(one) - Number(other)),
    );
  }
  const find = (namespace: string, name: string) =>
    network.namespaces.find((each) => each.name === namespace)?.links.find((link) => link.name === name);
  expect(find('a', 'eth0')).toMatchObject({ peer: { namespace: 'sw', index: p0.index }, lower: undefined });
  expect(find('c', 'm1')).toMatchObject({ peer: undefined, lower: { namespace: 'host', index: up0.index } });
  const macvlan = find('c', 'm1');
  expect(macvlan && lowerOf(network, macvlan)?.name).toBe('up0');
  const p = find('sw', p0.name);
  expect(p && peerOf(network, p)?.index).toBe(eth0.index);
  const bridge = network.namespaces.find(({ name }) => name === 'sw');
  expect(bridge && portsOf(bridge, engineOf(sw).bridge).map(({ index }) => index)).toEqual([p0.index, p1.index]);
});

// x ── y (a), a eth0 ── eth0 b: x has the index of b's eth0
test('a device is found by the namespace that it is in, not by its index alone', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await a.exec('ip', ['link', 'add', 'x', 'index', '101', 'type', 'veth', 'peer', 'name', 'y', 'index', '102']);
  const [first, second] = readNetwork(enginesOf(lab.namespaces), []).namespaces;
  expect(first?.links.map(({ name, peer }) => [name, peer])).toEqual([
    ['lo', undefined],
    ['eth0', { namespace: 'b', index: 101 }],
    ['x', { namespace: 'a', index: 102 }],
    ['y', { namespace: 'a', index: 101 }],
  ]);
  expect(second?.links.map(({ name, peer }) => [name, peer])).toEqual([
    ['lo', undefined],
    ['eth0', { namespace: 'a', index: 100 }],
  ]);
});

// a ── b, where b is not of the network
test('a device that leads out of the network has no place at the other end', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: end } = lab.cable(a, b);
  const [alone] = readNetwork(enginesOf([a]), []).namespaces;
  expect(alone?.links.at(-1)).toMatchObject({ kind: 'veth', link: end.index, peer: undefined, lower: undefined });
});

// a br7 (port x) ── y, with an address, a route, a rule, a nexthop, a proxy, static entries, a queueing discipline
test('every part is what iproute2 shows', async ({ lab }) => {
  const a = lab.namespace('a');
  const run = (...words: string[]) => a.exec(words[0] ?? '', words.slice(1));
  for (const line of [
    'ip link add br7 type bridge',
    'ip link add x type veth peer name y',
    'ip link set x master br7 up',
    'ip link set y up',
    'ip link set br7 up',
    'ip address add 192.0.2.1/24 dev y',
    'ip address add fd09::1/64 dev y nodad',
    'ip address add fd09::2/64 dev y nodad',
    'ip nexthop add id 7 via 192.0.2.9 dev y',
    'ip route add 198.51.100.0/24 nhid 7',
    'ip route add blackhole 203.0.113.0/24 table 100',
    'ip rule add from 192.0.2.1 lookup 100',
    'ip -6 rule add from fd09::1 lookup 100',
    'ip neighbour add proxy 192.0.2.77 dev y',
    'ip neighbour add 192.0.2.9 lladdr 02:00:00:00:07:09 dev y',
    'bridge fdb add 02:00:00:00:07:07 dev x master static',
    'bridge mdb add dev br7 port x grp 239.1.1.1 permanent',
    'tc qdisc add dev y root tbf rate 1mbit burst 10k latency 10ms',
  ]) {
    await run(...line.split(' '));
  }
  a.sysctl.set('net.ipv4.conf.y.rp_filter', 2);
  const [state] = readNetwork(enginesOf(lab.namespaces)).namespaces;
  const x = state?.links.find(({ name }) => name === 'x')?.index;
  const y = state?.links.find(({ name }) => name === 'y')?.index;
  const bridge = state?.links.find(({ name }) => name === 'br7')?.index;
  expect(
    state?.addresses.filter(({ index, scope }) => index === y && scope === 0).map(({ address }) => address),
  ).toEqual(['192.0.2.1', 'fd09::1', 'fd09::2']);
  const shown = await read<{ dst: string }>(a, 'ip', ['-4', '-j', 'route', 'show', 'table', 'all']);
  expect(state?.routes.filter(({ to }) => to.family === 4)).toHaveLength(shown.length);
  expect(state?.routes).toContainEqual(expect.objectContaining({ type: 'blackhole', table: 100 }));
  expect(state?.routes).toContainEqual(expect.objectContaining({ nexthopId: 7 }));
  expect(state?.rules.filter(({ table }) => table === 100).map(({ family }) => family)).toEqual([4, 6]);
  expect(state?.nexthops).toMatchObject([{ id: 7, via: '192.0.2.9', device: y }]);
  expect(state?.proxies).toEqual([{ to: '192.0.2.77', device: y }]);
  expect(state?.neighbours).toContainEqual(
    expect.objectContaining({ to: '192.0.2.9', device: y, state: 'PERMANENT', lladdr: '02:00:00:00:07:09' }),
  );
  expect(state?.fdb).toContainEqual(
    expect.objectContaining({ mac: '02:00:00:00:07:07', device: x, bridge, permanent: true, local: false }),
  );
  expect(state?.mdb).toContainEqual(
    expect.objectContaining({ bridge, port: x, group: '239.1.1.1', state: 'permanent' }),
  );
  expect(state?.vlans.map(({ index }) => index)).toEqual(expect.arrayContaining([x, bridge]));
  expect(state?.qdiscs).toContainEqual(expect.objectContaining({ device: y, kind: 'tbf', isGiven: true }));
  expect(state?.sysctls).toMatchObject({ 'net.ipv4.conf.y.rp_filter': '2', 'net.ipv4.ip_forward': '0' });
  expect(state && deviceSysctl(state, 'ipv4', 'y', 'rp_filter')).toBe('2');
  expect(state && deviceSysctl(state, 'ipv4', 'all', 'forwarding')).toBe('0');
  expect(state?.filters).toEqual({ nftables: [], legacy: [], ipsec: false, ipvs: false });
  expect(JSON.parse(JSON.stringify(state))).toEqual(state);
});

// a ── b
test('only the parts that are asked for are there', ({ lab }) => {
  lab.cable(lab.namespace('a'), lab.namespace('b'));
  const [a] = readNetwork(enginesOf(lab.namespaces), ['addresses', 'qdiscs']).namespaces;
  expect(Object.keys(a ?? {})).toEqual(['name', 'links', 'addresses', 'qdiscs']);
});
