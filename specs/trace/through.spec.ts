import { createLab, expect, type Interface, type Lab, test } from 'hairpin';
import { Capture } from '../../lib/trace/capture.ts';
import { ipPacketOf } from '../../lib/wire/ip-packet.ts';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { failureOf } from '../matchers/failure-of.ts';
import { explanationOf } from './explanation-of.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 ┘                         └─ p2 ── neighbour
test('vepa children talk through the switch', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort, uplink, switch: sw } = macvlanPair({ mode: 'vepa', hairpin: true });
  await expect(ns1).toReach(ns2, { through: switchPort });
  await expect(ns1).toReach(ns2, { through: [uplink, sw, uplink, ns2] });
  expect(await explanationOf(expect(ns1).toReach(ns2, { notThrough: sw }))).toBe(
    `Path of the answered probe (ICMP echo request 10.0.0.101 > 10.0.0.102 id N seq N):
  ns1/m1 → host/up0 → sw/p0 → sw/p0 → host/up0 → ns2/m2`,
  );
});

test('bridge children talk without the switch, though it reflects', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort, switch: sw } = macvlanPair({ mode: 'bridge', hairpin: true });
  await expect(ns1).toReach(ns2, { notThrough: [sw, switchPort] });
  const failure = await failureOf(expect(ns1).toReach(ns2, { through: switchPort }));
  expect(failure).toMatch(/^Expected: {2}an answer within 1000 ms, through sw\/p0$/m);
  expect(failure).toMatch(/^Received: {2}an answer after .* \(1 probe\), not through sw\/p0$/m);
  expect(failure).toContain('  ns1/m1 → host/up0 → ns2/m2');
});

test('a list is an order', async ({ macvlanPair }) => {
  const { ns1, gateway, switchPort, uplink } = macvlanPair({ mode: 'bridge' });
  await expect(ns1).toReach(gateway, { through: [uplink, switchPort] });
  expect(await failureOf(expect(ns1).toReach(gateway, { through: [switchPort, uplink] }))).toContain(
    'not through host/up0 after sw/p0',
  );
});

// ns1 ─ m1 ┐
//          ├─ up0 (host), a third macvlan too ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
test('a parent that sends for itself is not taken for its children', async ({ macvlanPair }) => {
  const { host, gateway, uplink, switchPort } = macvlanPair({ mode: 'bridge' });
  await expect(host).toReach(gateway, { through: [uplink, switchPort] });
  const m3 = host.macvlan({ parent: uplink, mode: 'bridge' });
  await expect(host).toReach(gateway, { from: m3, through: [m3, uplink, switchPort] });
  await expect(host).toReach(gateway, { from: uplink, through: switchPort, notThrough: m3 });
});

// a ── r ── b
test('a router is a place, too', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const { a: out } = lab.cable(r, b);
  for (const by of ['icmp', 'tcp', 'udp'] as const) await expect(a).toReach(b, { by, through: [r, out] });
  await expect(a).toReach(b, { family: 6, through: r });
});

// Two questions at once between the same places: each has a path of its own.
test('concurrent probes are not confused', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, switchPort } = macvlanPair({ mode: 'bridge' });
  const asked = Array.from({ length: 10 }, (_, index) =>
    index % 2
      ? expect(ns1).toReach(gateway, { through: switchPort })
      : expect(ns1).toReach(ns2, { notThrough: switchPort }),
  );
  await Promise.all(asked);
});

// a ── p0 (sw) ─┬─ p1 ── b
//               └─ p2 ── c
function threeOnSwitch(lab: Lab, address?: string) {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, sw);
  const ports = [b, c].map((ns) => lab.cable(ns, sw, address === undefined ? {} : { a: { address } }).b);
  return { a, b, c, ports };
}

test('who only gets a copy of a flood is no waypoint', async ({ lab }) => {
  const { a, b, c, ports } = threeOnSwitch(lab);
  const [toB, toC] = ports as [(typeof ports)[0], (typeof ports)[0]];
  for (const aside of [c, toC]) {
    // The first copy of a unicast is flooded as well: the switch has not heard b yet.
    for (const by of ['arp', 'icmp'] as const) {
      expect(await failureOf(expect(a).toReach(b, { by, through: aside, within: 20 }))).toContain(
        `, not through ${aside}\n`,
      );
      await expect(a).toReach(b, { by, notThrough: aside });
    }
  }
  await expect(a).toReach(b, { by: 'arp', through: [toB, b] });
});

test('of two who have an address, it is where the probe went that counts', async ({ lab }) => {
  const { a, b, c, ports } = threeOnSwitch(lab, '10.0.0.50');
  for (const [there, other] of [
    [b, c],
    [c, b],
  ] as const) {
    a.neighbour.add({ to: '10.0.0.50', lladdr: there.interface().mac });
    await expect(a).toReach('10.0.0.50', { through: there, notThrough: other });
    const failure = await failureOf(expect(a).toReach('10.0.0.50', { through: other, within: 20 }));
    expect(failure).toContain(`, not through ${other}\n`);
    const port = ports[there === b ? 0 : 1];
    expect(failure).toContain(`→ ${port} → ${there}/eth0`);
  }
});

//            ┌── r1 ──┐
// a ── p0 (l)┤        ├(r) ── b
//            └── r2 ──┘
test('a way that is taken only later is waited for', async ({ lab }) => {
  const [a, r1, r2, b] = [lab.namespace('a'), lab.router('r1'), lab.router('r2'), lab.namespace('b')];
  const [l, r] = [lab.switch('l'), lab.switch('r')];
  for (const ns of [a, r1, r2]) lab.cable(ns, l);
  for (const ns of [r1, r2, b]) lab.cable(ns, r);
  const asked = expect(a).toReach(b, { family: 4, through: r2, within: 10_000 });
  await untilSeen(a.interface(), IP_PROTOCOL.icmp);
  a.route.delete({ to: 'default', via: '10.0.0.2' });
  a.route.add({ to: 'default', via: '10.0.0.3' });
  await asked;
  await expect(a).toReach(b, { family: 4, notThrough: r1 });
  expect(await failureOf(expect(a).toReach(b, { family: 4, through: r1, within: 50 }))).toMatch(
    /^Received: {2}an answer after .*, not through r1$/m,
  );
});

// a ── va ┐
//         br0 (host), with a macvlan m0 on top
// b ── vb ┘
test('what a macvlan on a bridge gets goes nowhere', async ({ lab }) => {
  const { host, a, b } = await onHostBridge(lab);
  const m0 = host.macvlan({ parent: host.interface('br0'), name: 'm0', mode: 'private', address: '10.0.9.1/24' });
  const hear = async () => {
    await expect(b).toHear(a);
    // A worker of the kernel hands a macvlan its broadcasts, when it gets a processor.
    await untilSeen(m0, IP_PROTOCOL.udp);
  };
  const trace = await lab.trace(hear, { protocol: 'udp' });
  expect(String(trace.paths[0])).toMatch(/host\/va ─┬→ host\/br0 → host\/m0\n *└→ host\/vb → b\/eth0$/);
  for (let time = 0; time < 10; time++) {
    await expect(a).toReach(b, { by: 'arp', notThrough: m0, through: [host.interface('va'), host.interface('vb')] });
  }
  expect(await failureOf(expect(a).toReach(b, { by: 'arp', through: m0, within: 20 }))).toContain(
    'not through host/m0\n',
  );
});

// a ── va ┐
//         br0 (host)
// b ── vb ─ mv, a macvlan in mode passthru ┘
test('a macvlan may be a port', async ({ lab }) => {
  const { host, a, b } = await onHostBridge(lab, ['va']);
  const mv = host.macvlan({ parent: host.interface('vb'), name: 'mv', mode: 'passthru', address: false });
  await host.exec('ip', ['link', 'set', 'mv', 'master', 'br0']);
  const br0 = host.interface('br0');
  br0.address.add('10.0.0.3/24');
  await expect(b).toReach(br0, { through: [mv, br0] });
  await expect(b).toReach(a, { through: [mv, host.interface('va')] });
  expect([mv.isPort, mv.bridge, host.interface('vb').isPort]).toEqual([true, br0, false]);

  mv.set({ up: false });
  expect(await explanationOf(expect(b).toReach(a, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.1 tell 10.0.0.2):
  b/eth0 → host/vb ✗ host/mv is down
Hint: bring it up: set({ up: true }) on host/mv`,
  );
  await host.exec('ip', ['link', 'set', 'mv', 'nomaster']);
  lab.discover();
  expect([mv.isPort, mv.bridge]).toEqual([false, undefined]);
});

/** Waits until a packet of a protocol has come in by a device. */
async function untilSeen(device: Interface, protocol: number): Promise<void> {
  const seen = () =>
    Capture.of(device.namespace.lab)
      .frames()
      .filter(
        ({ at, direction, bytes }) => at === device && direction === 'in' && ipPacketOf(bytes)?.protocol === protocol,
      );
  await expect.poll(() => seen().length).toBeGreaterThan(0);
}

async function onHostBridge(lab: Lab, ports = ['va', 'vb']) {
  const [host, a, b] = [lab.namespace('host'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, host, { a: { address: '10.0.0.1/24' }, b: { name: 'va', address: false } });
  lab.cable(b, host, { a: { address: '10.0.0.2/24' }, b: { name: 'vb', address: false } });
  await host.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
  for (const port of ports) await host.exec('ip', ['link', 'set', port, 'master', 'br0']);
  return { host, a, b };
}

test('what cannot be asked is refused', async ({ macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ mode: 'vepa' });
  expect(await failureOf(expect(ns1).not.toReach(ns2, { through: switchPort }))).toContain(
    'through and notThrough belong to toReach: where nothing arrives there is no path',
  );
  await using lab = createLab({ taps: false });
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(a).toReach(b);
  expect(await failureOf(expect(a).toReach(b, { through: b }))).toContain(
    "through and notThrough need the lab's taps: createLab({ taps: true })",
  );
});
