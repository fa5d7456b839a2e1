import { expect, test } from 'hairpin';
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
  const { b: port } = lab.cable(a, sw, { b: { guard: true } });
  lab.cable(b, sw);
  // A configuration BPDU (IEEE 802.1D-1998 clause 9.3.1), from a bridge that claims to be the root.
  const bpdu = `printf '\\x01\\x80\\xc2\\x00\\x00\\x00\\x02\\x00\\x00\\x00\\x00\\x09\\x00\\x26\\x42\\x42\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x00\\x00\\x00\\x09\\x00\\x00\\x00\\x00\\x80\\x00\\x02\\x00\\x00\\x00\\x00\\x09\\x80\\x01\\x00\\x00\\x14\\x00\\x02\\x00\\x0f\\x00'`;
  void bpdu;
  void port;
});

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
