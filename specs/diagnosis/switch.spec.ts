import { expect, type Lab, type PortOptions, test } from 'hairpin';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { macToBytes } from '../../lib/wire/mac-address.ts';
import { failureOf } from '../matchers/failure-of.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── p0 (sw) p1 ── b
function build(lab: Lab, port0: PortOptions = {}, port1: PortOptions = {}) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  return { sw, a, b, p0: lab.cable(a, sw, { b: port0 }).b, p1: lab.cable(b, sw, { b: port1 }).b };
}

const ports: [what: string, p0: PortOptions, p1: PortOptions, expected: object][] = [
  [
    'isolated ports',
    { isolated: true },
    { isolated: true },
    { code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' } },
  ],
  [
    'a disabled port at the far end',
    {},
    { state: 'disabled' },
    { code: 'bridge.port-state', facts: { port: 'sw/p1', state: 'disabled', side: 'out' } },
  ],
  [
    'a disabled port at the near end',
    { state: 'disabled' },
    {},
    { code: 'bridge.port-state', facts: { port: 'sw/p0', state: 'disabled', side: 'in' } },
  ],
  [
    'a learning port',
    {},
    { state: 'learning' },
    { code: 'bridge.port-state', facts: { port: 'sw/p1', state: 'learning', side: 'out' } },
  ],
  ['no broadcast', {}, { bcastFlood: false }, { code: 'bridge.bcast-flood-off', facts: { port: 'sw/p1' } }],
];

test.for(ports)('%s', async ([, p0, p1, expected], { lab }) => {
  const { a, b } = build(lab, p0, p1);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({ ...expected, of: 'probe', lastSeen: 'sw/p0' });
});

test('no multicast', async ({ lab }) => {
  const { a, b } = build(lab, {}, { mcastFlood: false });
  expect(await diagnosed(expect(a).toReach(b, { ...SHORT, family: 6 }))).toMatchObject({
    code: 'bridge.mcast-flood-off',
    facts: { port: 'sw/p1' },
    lastSeen: 'sw/p0',
  });
});

test('a frame for a reserved group', async ({ lab }) => {
  const { sw, a, b } = build(lab);
  const frame = { destination: '01:80:c2:00:00:0e', etherType: 0x88_cc };
  expect(await diagnosed(expect(b).toSee(a, { frame }))).toMatchObject({
    code: 'bridge.reserved',
    facts: { port: 'sw/p0', mac: frame.destination },
    lastSeen: 'sw/p0',
  });
  const failure = await failureOf(expect(b).toSee(a, { frame }));
  expect(failure).toContain('\nHint: if it is to pass: set({ groupFwdMask: 0x4000 }) on sw/p0');
  sw.ports[0]?.set({ groupFwdMask: 0x4000 });
  await expect(b).toSee(a, { frame });
});

test('a pulled cable at the far end', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().set({ up: false });
  for (const to of [b, '10.0.0.2'])
    expect(await diagnosed(expect(a).toReach(to, SHORT))).toMatchObject({
      code: 'link.no-carrier',
      facts: { device: 'sw/p1', down: { device: 'b/eth0', is: 'peer' } },
      lastSeen: 'sw/p0',
    });
});

// a ── p0 (sw) p1 ── b   p2 (sw) ── c
test("another's MAC address: the switch sends to whoever used it last", async ({ lab }) => {
  const { sw, a, b } = build(lab, {}, { learning: false });
  const c = lab.namespace('c');
  const { b: p2 } = lab.cable(c, sw);
  sw.fdb.add(b.interface().mac, p2);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'bridge.other-port',
    facts: { mac: b.interface().mac, port: 'sw/p2', wanted: 'sw/p1' },
  });
});

test('a switch that is down', async ({ lab }) => {
  const { sw, a, b } = build(lab);
  await sw.exec('ip', ['link', 'set', 'br0', 'down']);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'bridge.down',
    facts: { namespace: 'sw', bridge: 'br0' },
    lastSeen: 'sw/p0',
  });
});

// a ── eth0 (node) eth1 ── b: a program makes a bridge of the two cables' ends
test('a bridge that a program makes of what the lab has made', async ({ lab }) => {
  const [a, node, b] = [lab.namespace('a'), lab.namespace('node'), lab.namespace('b')];
  const ends = [lab.cable(a, node).b, lab.cable(b, node).b];
  await node.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge']);
  for (const { name } of ends) await node.exec('ip', ['link', 'set', name, 'master', 'br1']);
  b.interface().address.add('10.0.0.77/24');
  await expect(a).toReach('10.0.0.77');
  for (const { name } of ends) await node.exec('bridge', ['link', 'set', 'dev', name, 'isolated', 'on']);
  const asked = () => diagnosed(expect(a).toReach('10.0.0.77', SHORT));
  expect(await asked()).toMatchObject({
    code: 'bridge.isolated',
    facts: { ingress: 'node/eth0', egress: 'node/eth1' },
  });
  // They are ports now, to be changed as such; and devices once more when the bridge has gone.
  expect(ends[0]?.isPort).toBe(true);
  ends[0]?.set({ isolated: false } as object);
  await expect(a).toReach('10.0.0.77');
  await node.exec('ip', ['link', 'del', 'br1']);
  expect(await asked()).toMatchObject({ code: 'unknown', lastSeen: 'node/eth0' });
  expect(ends[0]?.isPort).toBe(false);
});

test('a port that was taken out of the bridge', async ({ lab }) => {
  const { sw, a, b } = build(lab);
  await sw.exec('ip', ['link', 'set', 'p1', 'nomaster']);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'bridge.not-a-port',
    facts: { port: 'sw/p1', bridge: 'br0' },
    lastSeen: 'sw/p0',
  });
});

// a ── p0 (sw) p1 ── b
test('a locked port lets nobody in that its switch does not know', async ({ lab }) => {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  lab.cable(a, sw, { b: { locked: true, learning: false } });
  lab.cable(b, sw);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
    code: 'bridge.locked',
    facts: { port: 'sw/p0', mac: a.interface().mac },
    of: 'probe',
    lastSeen: 'sw/p0',
  });
  sw.fdb.add(a.interface().mac, sw.ports[0] as (typeof sw.ports)[0]);
  await expect(a).toReach(b);
});

// a ── p0 (sw) p1 ── b
test('a port whose BPDU guard saw a BPDU', async ({ lab }) => {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw', { stp: true })];
  const { a: device, b: port } = lab.cable(a, sw, { b: { guard: true } });
  lab.cable(b, sw);
  FrameSocket.of(a).send(device, configurationBpdu(device.mac));
  await expect.poll(() => port.settings.state).toBe('disabled');
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'bridge.port-state',
    facts: { port: 'sw/p0', state: 'disabled', side: 'in', because: 'bpdu-guard' },
    lastSeen: 'sw/p0',
  });
});

/** IEEE 802.1D-1998 clause 9.3.1: all zeros, so its sender would be the root. */
function configurationBpdu(source: string): Buffer {
  const [bpdus, sender] = ['01:80:c2:00:00:00', source].map(macToBytes);
  const logicalLink = Buffer.of(0x42, 0x42, 0x03);
  const bpdu = Buffer.alloc(35);
  const length = Buffer.of(0, logicalLink.length + bpdu.length);
  return Buffer.concat([bpdus as Buffer, sender as Buffer, length, logicalLink, bpdu], 60);
}
