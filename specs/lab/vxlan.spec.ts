import { expect, type Interface, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipAddresses, ipLink, refusal } from './referee.ts';

/** a ─ vxlan0 ┄ a/eth0 ── eth0/b ┄ vxlan0 ─ b */
interface Net {
  a: Namespace;
  b: Namespace;
  outer: Interface;
}

function build(lab: Lab): Net {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: outer } = lab.cable(a, b, {
    a: { address: '192.0.2.1/24' },
    b: { address: '192.0.2.2/24' },
  });
  return { a, b, outer };
}

describeNeeding(['vxlan'], () => {
  test('a vxlan is what iproute2 calls one', async ({ lab }) => {
    const { a } = build(lab);
    const settings = { id: 7, remote: '192.0.2.2', local: '192.0.2.1', ttl: 9, macLearning: false, dstport: 4790 };
    const vxlan = a.link('vxlan', settings);
    const link = await ipLink(a, 'vxlan0');
    expect(link).toMatchObject({ ifindex: vxlan.index, address: vxlan.mac });
    expect(link.linkinfo).toMatchObject({
      info_kind: 'vxlan',
      info_data: { id: 7, remote: '192.0.2.2', local: '192.0.2.1', ttl: 9, learning: false, port: 4790 },
    });
    expect(vxlan.settings).toEqual(settings);
    expect(vxlan).toMatchObject({ ...settings, kind: 'vxlan', parent: undefined });
  });

  test('two with one id have addresses of one subnet, and reach each other', async ({ lab }) => {
    const { a, b, outer } = build(lab);
    const [left, right] = [
      a.link('vxlan', { id: 7, remote: '192.0.2.2' }),
      b.link('vxlan', { id: 7, remote: '192.0.2.1' }),
    ];
    expect(await Promise.all([a, b].map((ns) => ipAddresses(ns, 'vxlan0')))).toEqual([
      ['10.0.1.1/24', 'fd00:0:0:1::1/64'],
      ['10.0.1.2/24', 'fd00:0:0:1::2/64'],
    ]);
    await expect(a).toReach(right);
    await expect(b).toReach(left, { family: 6 });

    outer.set({ up: false });
    await expect(a).not.toReach(right, { because: 'lost' });
  });

  test('one with another id hears nothing', async ({ lab }) => {
    const { a, b } = build(lab);
    a.link('vxlan', { id: 7, remote: '192.0.2.2', address: '10.7.0.1/24' });
    const other = b.link('vxlan', { id: 8, remote: '192.0.2.1', address: '10.7.0.2/24' });
    await expect(a).not.toReach(other);
  });

  test('a live change sends it elsewhere', async ({ lab }) => {
    const { a, b } = build(lab);
    const left = a.link('vxlan', { id: 7, remote: '192.0.2.9' });
    const right = b.link('vxlan', { id: 7, remote: '192.0.2.1' });
    await expect(a).not.toReach(right);
    left.set({ remote: '192.0.2.2' });
    expect((await ipLink(a, 'vxlan0')).linkinfo).toMatchObject({ info_data: { remote: '192.0.2.2' } });
    await expect(a).toReach(right);
  });

  test('one that a program made has its settings', async ({ lab }) => {
    const { a } = build(lab);
    await a.exec('ip', ['link', 'add', 'x7', 'type', 'vxlan', 'id', '7', 'remote', '192.0.2.2', 'dstport', '4789']);
    expect(a.interface('x7')).toMatchObject({ kind: 'vxlan', id: 7, remote: '192.0.2.2', dstport: 4789 });
  });

  test('the kernel refuses a second of one id', ({ lab }) => {
    const { a } = build(lab);
    a.link('vxlan', { id: 7 });
    expect(refusal(() => a.link('vxlan', { id: 7 }))).toContain(
      'type vxlan id 7 dstport 4789: EEXIST (file already exists)\n' +
        '  usual cause: a has a vxlan device of id 7 already (vxlan_find_vni), or an interface vxlan1',
    );
  });

  test.for<[options: object, message: string]>([
    [{}, 'a.link(vxlan): id must be given: a whole number from 0 to 16777215'],
    [{ id: 2 ** 24 }, 'a.link(vxlan): id must be a whole number from 0 to 16777215: received 16777216'],
    [
      { id: 7, remote: 'fd00::1' },
      "a.link(vxlan): remote must be an IPv4 address such as 10.0.0.1: received 'fd00::1'",
    ],
    [{ id: 7, macLearning: 1 }, 'a.link(vxlan): macLearning must be true or false: received 1'],
    [
      { id: 7, learning: false },
      "a.link(vxlan): there is no option 'learning'; the options are name, address, mac, mtu, up, promiscuous, id, remote, " +
        'remote6, local, local6, ttl, macLearning, dstport',
    ],
  ])('link(vxlan, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link('vxlan', options as never)).toThrow(new UsageError(message));
  });

  test('what stays as it was made is no option of set', ({ lab }) => {
    const vxlan = lab.namespace('a').link('vxlan', { id: 7 });
    expect(() => vxlan.set({ id: 8 } as never)).toThrow(
      new UsageError(
        "a/vxlan0.set: there is no option 'id'; the options are up, mtu, mac, promiscuous, name, master, remote, remote6, local, " +
          'local6, ttl, macLearning',
      ),
    );
  });
});
