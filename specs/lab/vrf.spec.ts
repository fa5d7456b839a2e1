import { diagnosisOf, expect, type Lab, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink, refusal } from './referee.ts';

/**
 * a ── eth0 (red) r eth1 (red) ── b
 * c ── eth2 (blue) r eth3 (blue) ── d, of the same addresses as a and b
 */
function build(lab: Lab) {
  const r = lab.router('r');
  const [red, blue] = [r.link('vrf', { name: 'red', table: 10 }), r.link('vrf', { name: 'blue', table: 20 })];
  const host = (name: string, subnet: number, vrf: typeof red) => {
    const ns = lab.namespace(name);
    const { b: port } = lab.cable(ns, r, {
      a: { address: `10.1.${subnet}.1/24` },
      b: { address: `10.1.${subnet}.254/24` },
    });
    port.set({ master: vrf });
    return { ns, port };
  };
  const [a, b, c, d] = [host('a', 1, red), host('b', 2, red), host('c', 1, blue), host('d', 2, blue)];
  return { r, red, blue, a, b, c, d };
}

describeNeeding(['vrf'], () => {
  test('a VRF and its devices are what iproute2 calls them', async ({ lab }) => {
    const { r, red, a } = build(lab);
    expect(await ipLink(r, 'red')).toMatchObject({
      ifindex: red.index,
      linkinfo: { info_kind: 'vrf', info_data: { table: 10 } },
    });
    expect(await ipLink(r, 'eth0')).toMatchObject({ master: 'red' });
    expect([red.table, a.port.master, a.port.isPort]).toEqual([10, red, false]);
    const { stdout } = await r.exec('ip', ['route', 'show', 'vrf', 'red']);
    expect(stdout).toContain('10.1.1.0/24 dev eth0');
  });

  test('each VRF routes between its own devices, and their addresses may be the same', async ({ lab }) => {
    const { a, b, c, d } = build(lab);
    await expect(a.ns).toReach('10.1.2.1', { through: [a.port] });
    await expect(c.ns).toReach('10.1.2.1', { through: [c.port] });
    b.ns.interface().set({ up: false });
    await expect(a.ns).not.toReach('10.1.2.1');
    await expect(c.ns).toReach(d.ns, { through: [c.port] });
  });

  // a ── eth0 (red) r eth1 (red) ── b
  // c ── eth2 (blue) r eth3 (blue) ── d
  // r eth4 (blue) ── e
  test('what is in another VRF alone has no route', async ({ lab }) => {
    const { r, blue, a } = build(lab);
    const e = lab.namespace('e');
    const { b: port } = lab.cable(e, r, { a: { address: '10.1.3.1/24' }, b: { address: '10.1.3.254/24' } });
    port.set({ master: blue });
    const error = await expect(a.ns)
      .toReach(e)
      .catch((thrown: unknown) => thrown);
    expect(diagnosisOf(error)).toMatchObject({ code: 'route.none', facts: { namespace: 'r', to: '10.1.3.1' } });
    // A route of the VRF's table that leads to a device of the other.
    await r.exec('ip', ['route', 'add', '10.1.3.0/24', 'dev', 'eth4', 'table', '10']);
    await r.exec('ip', ['route', 'add', '10.1.1.1/32', 'dev', 'eth0', 'table', '20']);
    await expect(a.ns).toReach(e);
  });

  test('a router of VRFs asks, and is asked, by a device of one', async ({ lab }) => {
    const { r, a, b } = build(lab);
    await expect(r).toReach(b.ns, { from: b.port });
    await expect(r).toReach(b.ns, { from: b.port, by: 'tcp' });
    for (const by of ['icmp', 'tcp', 'udp'] as const) await expect(a.ns).toReach(a.port, { by });
  });

  test('a VRF itself has an address, in place of a loopback', async ({ lab }) => {
    const { r, red, a, b } = build(lab);
    red.address.add('10.1.9.9/32');
    for (const by of ['icmp', 'tcp', 'udp'] as const) {
      await expect(a.ns).toReach(red, { by });
      await expect(r).toReach(b.ns, { by, from: red });
    }
  });

  test('out of its VRF a device has its routes again', async ({ lab }) => {
    const { r, a, b } = build(lab);
    for (const { port } of [a, b]) port.set({ master: false });
    await expect(a.ns).toReach(b.ns, { through: [a.port] });
    expect((await ipLink(r, 'eth0')).master).toBeUndefined();
  });

  test('the kernel refuses a VRF in another', ({ lab }) => {
    const { red, blue } = build(lab);
    expect(refusal(() => red.set({ master: blue }))).toContain('usual cause: r/red is a VRF itself');
  });

  test('table must be given', ({ lab }) => {
    const call = (options: object) => () => lab.namespace('n').link('vrf', options as { table: number });
    expect(call({})).toThrow(new UsageError('n.link(vrf): table must be given: a whole number from 1 to 4294967295'));
  });
});
