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
  test.for<[options: object, shown: object]>([
    [
      { id: 7, remote: '192.0.2.2', local: '192.0.2.1', ttl: 9, macLearning: false, dstport: 4790 },
      { id: 7, remote: '192.0.2.2', local: '192.0.2.1', ttl: 9, learning: false, port: 4790 },
    ],
    [
      { id: 0, remote: 'fd00::2', local: 'fd00::1' },
      { id: 0, remote6: 'fd00::2', local6: 'fd00::1', port: 4789 },
    ],
    [
      { id: 7, tos: 'inherit', df: 'inherit' },
      { tos: '0x1', df: 'inherit' },
    ],
    [
      { id: 7, remote: 'fd00::2', tos: 16, df: 'set', flowlabel: 4660 },
      { tos: '0x10', df: 'set', label: '0x1234' },
    ],
    [
      { id: 7, srcport: [40000, 50000], ageing: 20, maxaddress: 5 },
      { port_range: { low: 40000, high: 50000 }, ageing: 20, limit: 5 },
    ],
    [
      { id: 7, proxy: true, rsc: true, l2miss: true, l3miss: true },
      { proxy: true, rsc: true, l2miss: true, l3miss: true },
    ],
    [
      { id: 7, udpcsum: false, udp6zerocsumtx: true, udp6zerocsumrx: true, gbp: true },
      { udp_csum: false, udp_zero_csum6_tx: true, udp_zero_csum6_rx: true, gbp: true },
    ],
    [
      { id: 7, remcsumtx: true, remcsumrx: true },
      { remcsum_tx: true, remcsum_rx: true },
    ],
    [
      { external: true, vnifilter: true },
      { external: true, vnifilter: true, learning: false },
    ],
    [
      { external: true, gpe: true },
      { external: true, gpe: true },
    ],
  ])('link(vxlan, %o) is %o in the words of iproute2', async ([options, shown], { lab }) => {
    const { a } = build(lab);
    const vxlan = a.link('vxlan', options as { id: number });
    const link = await ipLink(a, 'vxlan0');
    expect(link).toMatchObject({ ifindex: vxlan.index, linkinfo: { info_kind: 'vxlan', info_data: shown } });
    expect(vxlan).toMatchObject({ ...options, kind: 'vxlan', parent: undefined });
    expect(vxlan.settings).toMatchObject(options);
  });

  test('the time to live may be that of the inner packet', async ({ lab }) => {
    const { a } = build(lab);
    const vxlan = a.link('vxlan', { id: 7, ttl: 'inherit' });
    // Its JSON leaves the word out.
    expect((await a.exec('ip', ['-d', 'link', 'show', 'vxlan0'])).stdout).toContain(' ttl inherit ');
    expect(vxlan.ttl).toBe('inherit');
  });

  test('a group is joined on its device', async ({ lab }) => {
    const { a, b } = build(lab);
    const ends = [a, b].map((ns) => ns.link('vxlan', { id: 7, group: '239.1.1.1', dev: ns.interface('eth0') }));
    const [left, right] = ends as [(typeof ends)[0], (typeof ends)[0]];
    expect((await ipLink(a, 'vxlan0')).linkinfo.info_data).toMatchObject({ group: '239.1.1.1', link: 'eth0' });
    expect([left.group, left.remote, left.dev]).toEqual(['239.1.1.1', undefined, a.interface('eth0')]);
    await expect(a).toReach(right);
    await expect(b).toReach(left, { family: 6 });
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
      { id: 7, remote: '239.1.1.1' },
      "a.link(vxlan): remote must be a unicast IP address such as 10.0.0.1 or fd00::1: received '239.1.1.1'",
    ],
    [
      { id: 7, group: '10.0.0.1' },
      "a.link(vxlan): group must be a multicast group such as 239.1.1.1 or ff05::1: received '10.0.0.1'",
    ],
    [{ id: 7, dev: 'eth0' }, "a.link(vxlan): dev must be an interface of a: received 'eth0'"],
    [{ id: 7, ttl: 256 }, 'a.link(vxlan): ttl must be a whole number from 0 to 255, or inherit: received 256'],
    [{ id: 7, ttl: 'auto' }, "a.link(vxlan): ttl must be a whole number from 0 to 255, or inherit: received 'auto'"],
    [{ id: 7, df: 'no' }, "a.link(vxlan): df must be one of unset, set, inherit: received 'no'"],
    [
      { id: 7, srcport: [50000, 40000] },
      'a.link(vxlan): srcport must be the lowest and the highest port, such as [40000, 50000]: received [50000, 40000]',
    ],
    [{ id: 7, macLearning: 1 }, 'a.link(vxlan): macLearning must be true or false: received 1'],
    [
      { id: 7, learning: false },
      "a.link(vxlan): there is no option 'learning'; the options are name, address, mac, mtu, up, promiscuous, id, remote, " +
        'group, local, dev, ttl, tos, df, flowlabel, labelPolicy, dstport, srcport, macLearning, ageing, maxaddress, proxy, rsc, l2miss, ' +
        'l3miss, udpcsum, udp6zerocsumtx, udp6zerocsumrx, remcsumtx, remcsumrx, localbypass, external, vnifilter, gbp, gpe, ' +
        'reservedBits',
    ],
  ])('link(vxlan, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link('vxlan', options as never)).toThrow(new UsageError(message));
  });

  test('dev is an interface of the same namespace', ({ lab }) => {
    const { a, b } = build(lab);
    expect(() => a.link('vxlan', { id: 7, dev: b.interface() })).toThrow(
      new UsageError('a.link(vxlan): dev must be an interface of a: received b/eth0'),
    );
  });

  test('what stays as it was made is no option of set', ({ lab }) => {
    const vxlan = lab.namespace('a').link('vxlan', { id: 7 });
    expect(() => vxlan.set({ id: 8 } as never)).toThrow(
      new UsageError(
        "a/vxlan0.set: there is no option 'id'; the options are up, mtu, mac, promiscuous, name, master, altnames, addrgenmode, token, protodown, protodownReasons, allMulticast, arp, remote, group, local, " +
          'dev, ttl, tos, df, flowlabel, labelPolicy, macLearning, ageing, localbypass',
      ),
    );
  });

  test.for<[options: object, cause: string]>([
    [{ id: 7, group: '239.1.1.1' }, 'a group and link-local addresses need dev'],
    [{ id: 7, remote: '192.0.2.2', local: 'fd00::1' }, 'remote and local must be addresses of one version of IP'],
    [{ id: 7, vnifilter: true }, 'vnifilter needs external'],
    [{ id: 7, gpe: true }, 'gpe needs external and no learning'],
  ])('the kernel refuses %o', ([options, cause], { lab }) => {
    expect(refusal(() => build(lab).a.link('vxlan', options as { id: number }))).toContain(cause);
  });
});
