import { createLab, expect, test } from 'hairpin';

const OVER = "the lab has ended; a spec's lab lives as long as its test";
const GONE = 'this network namespace is closed: its lab has ended';
const CLOSED = 'its namespace is closed (the lab has ended)';

// ns1 ─ m1 ── eth0 (a) ── p0 sw, once
async function endedLab() {
  const lab = createLab();
  const [a, ns1, sw] = [lab.namespace('a'), lab.namespace('ns1'), lab.switch('sw')];
  const { a: eth0, b: port } = lab.cable(a, sw);
  const m1 = ns1.macvlan({ parent: eth0, name: 'm1' });
  await lab.close();
  return { lab, a, ns1, sw, eth0, port, m1 };
}

test.for<[use: string, (net: Awaited<ReturnType<typeof endedLab>>) => unknown, message: string]>([
  ['lab.namespace', ({ lab }) => lab.namespace('b'), `lab.namespace: ${OVER}`],
  ['lab.router', ({ lab }) => lab.router('b'), `lab.router: ${OVER}`],
  ['lab.switch', ({ lab }) => lab.switch('b'), `lab.switch: ${OVER}`],
  ['lab.cable', ({ lab, a, ns1 }) => lab.cable(a, ns1), `lab.cable: ${OVER}`],
  ['exec', ({ a }) => a.exec('true'), `a.exec: ${OVER}`],
  ['run', ({ a }) => a.run(() => 1), GONE],
  ['sysctl.get', ({ a }) => a.sysctl.get('net.ipv4.ip_forward'), GONE],
  ['sysctl.set', ({ a }) => a.sysctl.set('net.ipv4.ip_forward', 1), GONE],
  ['macvlan', ({ ns1, eth0 }) => ns1.macvlan({ parent: eth0 }), GONE],
  ['state', ({ m1 }) => m1.state(), `ip -n ns1 link show m1: ${CLOSED}`],
  ['set', ({ eth0 }) => eth0.set({ up: false }), `ip -n a link set eth0 down: ${CLOSED}`],
  ['delete', ({ m1 }) => m1.delete(), `ip -n ns1 link del m1: ${CLOSED}`],
  ['port.set', ({ port }) => port.set({ hairpin: true }), `bridge -n sw link set dev p0 hairpin on: ${CLOSED}`],
  ['address.list', ({ m1 }) => m1.address.list(), `ip -n ns1 address show: ${CLOSED}`],
  ['route.list', ({ a }) => a.route.list(), `ip -n a -4 route show: ${CLOSED}`],
  ['neighbour.list', ({ a }) => a.neighbour.list(), `ip -n a neighbour show: ${CLOSED}`],
  ['fdb.list', ({ sw }) => sw.fdb.list(), `bridge -n sw fdb show br br0: ${CLOSED}`],
])('after the end of the lab %s says so', async ([, use, message]) => {
  const net = await endedLab();
  expect(() => use(net)).toThrow(expect.objectContaining({ message }));
});

// a
test('from the moment that a lab is being closed, no program can be started in it', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  const closing = lab.close();
  expect(() => a.exec('sleep', ['1000'])).toThrow(`a.exec: ${OVER}`);
  await closing;
});
