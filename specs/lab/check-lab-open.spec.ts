import { createLab, expect, test, UsageError } from 'hairpin';

const CLOSED = 'the lab is closed. The `lab` fixture closes with its test, `createLab()` with lab.close()';

// ns1 ─ m1 ── eth0 (a) ── p0 sw, once
function build() {
  const lab = createLab();
  const [a, ns1, sw] = [lab.namespace('a'), lab.namespace('ns1'), lab.switch('sw')];
  const cable = lab.cable(a, sw);
  const { a: eth0, b: port } = cable;
  const m1 = ns1.macvlan({ parent: eth0, name: 'm1' });
  return { lab, a, ns1, sw, cable, eth0, port, m1 };
}

const MAC = '02:00:00:00:00:01';

const USES: [use: string, (net: ReturnType<typeof build>) => unknown][] = [
  ['lab.namespace', ({ lab }) => lab.namespace('b')],
  ['lab.router', ({ lab }) => lab.router('b')],
  ['lab.switch', ({ lab }) => lab.switch('b')],
  ['lab.cable', ({ lab, a, ns1 }) => lab.cable(a, ns1)],
  ['lab.discover', ({ lab }) => lab.discover()],
  ['a.exec', ({ a }) => a.exec('true')],
  ['a.run', ({ a }) => a.run(() => 1)],
  ['a.path', ({ a }) => a.path],
  ['a.interface', ({ a }) => a.interface('eth9')],
  ['a.sysctl.get', ({ a }) => a.sysctl.get('net.ipv4.ip_forward')],
  ['a.sysctl.set', ({ a }) => a.sysctl.set('net.ipv4.ip_forward', 1)],
  ['ns1.macvlan', ({ ns1, eth0 }) => ns1.macvlan({ parent: eth0 })],
  ['ns1.macvtap', ({ ns1, eth0 }) => ns1.macvtap({ parent: eth0 })],
  ['ns1.ipvlan', ({ ns1, eth0 }) => ns1.ipvlan({ parent: eth0 })],
  ['ns1.ipvtap', ({ ns1, eth0 }) => ns1.ipvtap({ parent: eth0 })],
  ['ns1.vlan', ({ ns1, eth0 }) => ns1.vlan({ parent: eth0, id: 1 })],
  ['a.dummy', ({ a }) => a.dummy()],
  ['ns1/m1.state', ({ m1 }) => m1.state()],
  ['a/eth0.set', ({ eth0 }) => eth0.set({ up: false })],
  ['ns1/m1.set', ({ m1 }) => m1.set({ mode: 'bridge' })],
  ['ns1/m1.macaddr.flush', ({ m1 }) => m1.macaddr.flush()],
  ['ns1/m1.delete', ({ m1 }) => m1.delete()],
  ['a/eth0–sw/p0.unplug', ({ cable }) => cable.unplug()],
  ['a/eth0–sw/p0.plug', ({ cable }) => cable.plug()],
  ['lab.partition', ({ lab, a, ns1 }) => lab.partition([a], [ns1])],
  ['a.freeze', ({ a }) => a.freeze()],
  ['a.advertise', ({ a }) => a.advertise({ prefix: 'fd00:7::/64' })],
  ['a/eth0.impair', ({ eth0 }) => eth0.impair({ loss: 1 })],
  ['a/eth0–sw/p0.delete', ({ cable }) => cable.delete()],
  ['sw/p0.set', ({ port }) => port.set({ hairpin: true })],
  ['sw/p0.settings', ({ port }) => port.settings],
  ['ns1/m1.address.list', ({ m1 }) => m1.address.list()],
  ['ns1/m1.address.first', ({ m1 }) => m1.address.first(4)],
  ['ns1/m1.address.add', ({ m1 }) => m1.address.add('10.0.0.9/24')],
  ['ns1/m1.address.delete', ({ m1 }) => m1.address.delete('10.0.0.9/24')],
  ['a.route.list', ({ a }) => a.route.list()],
  ['a.route.get', ({ a }) => a.route.get('10.0.0.1')],
  ['a.route.add', ({ a }) => a.route.add({ to: 'default', via: '10.0.0.1' })],
  ['a.route.delete', ({ a }) => a.route.delete({ to: 'default', via: '10.0.0.1' })],
  ['a.monitor', ({ a }) => a.monitor('link')],
  ['a.rule.list', ({ a }) => a.rule.list()],
  ['a.rule.add', ({ a }) => a.rule.add({ table: 7 })],
  ['a.nexthop.list', ({ a }) => a.nexthop.list()],
  ['a.nexthop.add', ({ a }) => a.nexthop.add({ id: 1, blackhole: true })],
  ['a.nexthop.delete', ({ a }) => a.nexthop.delete(1)],
  ['a.neighbour.list', ({ a }) => a.neighbour.list()],
  ['a.neighbour.flush', ({ a }) => a.neighbour.flush()],
  ['a.neighbour.add', ({ a }) => a.neighbour.add({ to: '10.0.0.9', lladdr: MAC })],
  ['a.neighbour.delete', ({ a }) => a.neighbour.delete('10.0.0.9')],
  ['sw.fdb.list', ({ sw }) => sw.fdb.list()],
  ['sw.fdb.add', ({ sw, port }) => sw.fdb.add(MAC, port)],
  ['sw.fdb.delete', ({ sw, port }) => sw.fdb.delete(MAC, port)],
];

test('once a lab is closing or closed, every call that would ask the kernel says so', async () => {
  const net = build();
  const closing = net.lab.close();
  for (const [call, use] of USES) expect(() => use(net)).toThrow(new UsageError(`${call}: ${CLOSED}`));
  await closing;
  for (const [call, use] of USES) expect(() => use(net)).toThrow(new UsageError(`${call}: ${CLOSED}`));
});
