import { expect, test } from 'hairpin';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { macToBytes } from '../../lib/wire/mac-address.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── p0 (sw) p1 ── b
test('a locked port lets nobody in that its switch does not know', async ({ lab }) => {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  lab.cable(a, sw, { b: { locked: true, learning: false } });
  lab.cable(b, sw);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
    code: 'bridge.locked',
    facts: { port: 'sw/p0', mac: a.interface().mac },
    of: 'probe',
    at: 'sw/p0',
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
    at: 'sw/p0',
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

// a ── eth0 (r) eth1 ── b
test('a blackhole route in table local', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  await r.exec('ip', ['route', 'add', 'blackhole', '10.0.1.2/32', 'table', 'local']);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'route.blackhole',
    facts: { namespace: 'r', route: 'blackhole 10.0.1.2/32 table 255' },
    at: 'r/eth0',
  });
});
