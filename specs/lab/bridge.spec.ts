import { expect, type Lab, test, UsageError } from 'hairpin';
import { ipLink } from './referee.ts';

// a ── eth0 (r) eth1 ── b   c
function build(lab: Lab) {
  const [a, b, c, r] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.router('r')];
  const plug = (host: typeof a, last: number) =>
    lab.cable(host, r, { a: { address: `10.7.0.${last}/24` }, b: { address: false } }).b;
  return { a, b, c, r, ends: [plug(a, 1), plug(b, 2)] as const };
}

// a ── eth0 ┐
//           ├ lan (r) ─ r's own stack ─ wan ── c
// b ── eth1 ┘
test('a bridge of a router joins the hosts on its ports, and leads on by its own address', async ({ lab }) => {
  const { a, b, c, r, ends } = build(lab);
  lab.cable(c, r, { a: { address: '10.8.0.1/24' }, b: { name: 'wan', address: '10.8.0.254/24' } });
  const lan = r.bridge({ name: 'lan', address: '10.7.0.254/24', ageingTime: 20, ports: ends });
  expect(await ipLink(r, 'lan')).toMatchObject({ linkinfo: { info_kind: 'bridge', info_data: { ageing_time: 2000 } } });
  for (const { name } of ends) expect(await ipLink(r, name)).toMatchObject({ master: 'lan' });
  expect([lan.ports, lan.mac, lan.ageingTime]).toEqual([ends, (await ipLink(r, 'lan')).address, 20]);
  await expect(a).toReach(b, { through: ends[0] });
  expect(lan.fdb.list()).toContainEqual(expect.objectContaining({ mac: a.interface().mac, port: ends[0] }));
  for (const host of [a, b]) host.route.add({ to: 'default', via: '10.7.0.254' });
  await expect(a).toReach(c, { through: lan, family: 4 });
  for (const port of lan.ports) port.set({ isolated: true });
  await expect(a).not.toReach('10.7.0.2', { droppedBy: 'bridge.isolated', at: lan.namespace });
});

test('any interface becomes a port, with its settings, and is one no more', async ({ lab }) => {
  const { a, r, ends } = build(lab);
  const [one, two] = [r.bridge({ address: '10.7.0.254/24' }), r.bridge({ address: false })];
  expect([one.name, two.name]).toEqual(['bridge0', 'bridge1']);
  const [end] = ends;
  end.set({ master: one });
  one.ports[0]?.set({ hairpin: true });
  expect([end.isPort, end.bridge, end.settings]).toMatchObject([true, one, { hairpin: true }]);
  await expect(a).toReach('10.7.0.254');
  end.set({ master: two });
  expect([one.ports, two.ports]).toEqual([[], [end]]);
  end.set({ master: false });
  expect([end.isPort, end.bridge, (await ipLink(r, end.name)).master]).toEqual([false, undefined, undefined]);
  const vxlan = r.link('vxlan', { id: 7, remote: '10.8.0.9', address: false }).set({ master: two });
  const macvlan = r.macvlan({ parent: ends[1], mode: 'passthru', address: false }).set({ master: two });
  expect(two.ports).toEqual([vxlan, macvlan]);
  two.delete();
  expect([two.deleted, vxlan.deleted, end.deleted]).toEqual([true, false, false]);
  expect([vxlan.master, vxlan.isPort]).toEqual([undefined, false]);
});

test('the address of a switch’s bridge is what the kernel has: the least of its ports', async ({ lab }) => {
  const sw = lab.switch('sw');
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  lab.cable(lab.namespace('b'), sw);
  const shown = async () => (await ipLink(sw, 'br0')).address;
  expect([sw.br0.mac, await shown()]).toEqual([port.mac, port.mac]);
  port.set({ mac: '02:00:00:00:00:01' });
  expect([sw.br0.mac, await shown()]).toEqual(['02:00:00:00:00:01', '02:00:00:00:00:01']);
  await lab.close();
  expect(sw.br0.mac).toMatch(/^[0-9a-f:]{17}$/);
});

test('a further port of a switch: a tunnel that leads there', async ({ lab }) => {
  const sw = lab.switch('sw');
  lab.cable(lab.namespace('a'), sw);
  const tunnel = sw.link('vxlan', { id: 7, remote: '10.8.0.9' }).set({ master: sw.br0 });
  expect(sw.ports.map(String)).toEqual(['sw/p0', 'sw/vxlan0']);
  expect(await ipLink(sw, tunnel.name)).toMatchObject({ master: 'br0' });
});

test('a change that the kernel refuses leaves an interface where it was', ({ lab }) => {
  const { r, ends } = build(lab);
  const lan = r.bridge({ address: false });
  // Before Linux 6.3 a device that is up keeps its name (dev_change_name).
  expect(() => ends[0].set({ master: lan, name: 'lo' })).toThrow(/EEXIST|EBUSY/);
  expect([ends[0].isPort, ends[0].state().master]).toEqual([false, undefined]);
});

test.for<[call: (net: ReturnType<typeof build>) => unknown, message: string]>([
  [({ r }) => r.bridge({ ports: ['eth0'] as never }), "r.bridge: ports[0] must be an interface of r: received 'eth0'"],
  [({ a, r }) => r.bridge({ ports: [a.interface()] }), 'r.bridge: ports[0] must be an interface of r: received a/eth0'],
  [({ r }) => r.bridge({ ports: 7 as never }), 'r.bridge: ports must be a list of interfaces: received 7'],
])('before the kernel is asked: %$ $1', ([call, message], { lab }) => {
  expect(() => call(build(lab))).toThrow(new UsageError(message));
});
