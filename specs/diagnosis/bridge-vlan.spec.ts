import { expect, type Lab, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;

// a ── p0 (sw, which looks at VLANs) p1 ── b
function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw', { vlanFiltering: true }), lab.namespace('a'), lab.namespace('b')];
  return { sw, a, b, p0: lab.cable(a, sw).b, p1: lab.cable(b, sw).b };
}

describeNeeding([VLAN_FILTERING, 'vlan'], () => {
  test('two access ports of different VLANs', async ({ lab }) => {
    const { sw, a, b, p0, p1 } = build(lab);
    await expect(a).toReach(b, { through: [p0, p1] });
    p1.vlan.add({ id: 10, pvid: true, untagged: true });
    p1.vlan.delete({ id: 1 });
    expect(await explanationOf(expect(a).toReach(b, SHORT))).toBe(
      `Path of the last probe (ARP who-has 10.0.0.2 tell 10.0.0.1):
  a/eth0 → sw/p0 ✗ the untagged frame becomes VLAN 1 (pvid of sw/p0); VLAN 1 is not allowed on sw/p1
Hint: vlan.add({ id: 1 }) on sw/p1, untagged: true if it is to leave without a tag`,
    );
    for (const at of [p0, p1, sw]) await expect(a).not.toReach(b, { droppedBy: 'bridge.vlan', at });
  });

  // The same; both hosts have a VLAN device. ARP's answer is for eth0.10, and comes to eth0.
  test('an answer that loses its tag at the port of the asker', async ({ lab }) => {
    const { a, b, p0, p1 } = build(lab);
    a.vlan({ parent: a.interface('eth0'), id: 10, address: '10.9.0.1/24' });
    const there = b.vlan({ parent: b.interface('eth0'), id: 10, address: '10.9.0.2/24' });
    p0.vlan.add({ id: 10, untagged: true });
    p1.vlan.add({ id: 10 });
    expect(await diagnosed(expect(a).toReach(there, SHORT))).toMatchObject({
      code: 'vlan.other-tag',
      facts: { device: 'a/eth0.10', tag: null },
      of: 'answer',
      lastSeen: 'a/eth0',
    });
    await expect(a).not.toReach(there, { family: 4 });
  });

  test('a port without a pvid', async ({ lab }) => {
    const { a, b, p0 } = build(lab);
    p0.vlan.add({ id: 1 });
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toEqual({
      code: 'bridge.no-pvid',
      facts: { port: 'sw/p0' },
      of: 'probe',
      lastSeen: 'sw/p0',
    });
  });

  test('a tag of a VLAN that the port is not in', async ({ lab }) => {
    const { a, b, p0 } = build(lab);
    a.vlan({ parent: a.interface('eth0'), id: 10, address: '10.9.0.1/24' });
    b.vlan({ parent: b.interface('eth0'), id: 10, address: '10.9.0.2/24' });
    const asked = () => diagnosed(expect(a).toReach('10.9.0.2', SHORT));
    expect(await asked()).toMatchObject({ code: 'bridge.vlan', facts: { port: 'sw/p0', id: 10, side: 'in' } });
    p0.vlan.add({ id: 10 });
    expect(await asked()).toMatchObject({ code: 'bridge.vlan', facts: { port: 'sw/p1', id: 10, side: 'out' } });
    b.interface('eth0').peer?.vlan.add({ id: 10 });
    await expect(a).toReach('10.9.0.2', { through: [p0] });
  });

  test('a tag of another protocol than the switch looks at', async ({ lab }) => {
    const { a, b, p0, sw } = build(lab);
    a.vlan({ parent: a.interface('eth0'), id: 10, protocol: '802.1ad', address: '10.9.0.1/24' });
    b.vlan({ parent: b.interface('eth0'), id: 10, protocol: '802.1ad', address: '10.9.0.2/24' });
    // The whole of it is of the pvid, as in a provider's network, and comes out as it went in.
    await expect(a).toReach('10.9.0.2', { through: [p0] });
    p0.vlan.add({ id: 1 });
    expect(await diagnosed(expect(a).toReach('10.9.0.2', SHORT))).toMatchObject({
      code: 'bridge.no-pvid',
      facts: { port: 'sw/p0', tag: { protocol: '802.1ad', id: 10 } },
    });
    for (const port of sw.ports) port.vlan.add({ id: 10 });
    sw.set({ vlanProtocol: '802.1ad' });
    await expect(a).toReach('10.9.0.2');
  });

  test('what leaves with a tag that its receiver does not expect', async ({ lab }) => {
    const { a, b, p1 } = build(lab);
    p1.vlan.add({ id: 1 });
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'vlan.missing',
      facts: { device: 'b/eth0', tag: { protocol: '802.1Q', id: 1 } },
    });
  });

  test('a VLAN that a port keeps from forwarding', async ({ lab }) => {
    const { sw, a, b } = build(lab);
    for (const [port, side, lastSeen] of [
      ['p1', 'out', 'sw/p0'],
      ['p0', 'in', 'sw/p0'],
    ] as const) {
      await sw.exec('bridge', ['vlan', 'set', 'vid', '1', 'dev', port, 'state', 'blocking']);
      expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
        code: 'bridge.vlan-state',
        facts: { port: `sw/${port}`, id: 1, state: 'blocking', side },
        lastSeen,
      });
    }
  });

  test('ports of different VLANs that a bridge does not look at', async ({ lab }) => {
    const { sw, a, b, p0, p1 } = build(lab);
    sw.set({ vlanFiltering: false });
    for (const [port, id] of [[p0, 10] as const, [p1, 20] as const]) port.vlan.add({ id, pvid: true, untagged: true });
    expect(await explanationOf(expect(a).not.toReach(b, { family: 4 }))).toContain(`
  a/eth0 → sw/p0 → sw/p1 → b/eth0
Hint: VLANs count once their bridge looks at them: set({ vlanFiltering: true }) on the bridge of sw/p0`);
    sw.set({ vlanFiltering: true });
    await expect(a).not.toReach(b, { droppedBy: 'bridge.vlan' });
    // In one VLAN, the bridge's looking at it would change nothing.
    sw.set({ vlanFiltering: false });
    p1.vlan.add({ id: 10 });
    expect(await explanationOf(expect(a).not.toReach(b, { family: 4 }))).not.toContain('Hint');
  });
});
