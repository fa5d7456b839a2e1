import { expect, type Lab, type Namespace, test } from 'hairpin';
import { read } from '../lab/referee.ts';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;

// a ─ t0 ┄┄ t0 ─ b
//     eth0 ── eth0
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: outer } = lab.cable(a, b, {
    a: { address: ['192.0.2.1/24', '2001:db8::1/64'] },
    b: { address: ['192.0.2.2/24', '2001:db8::2/64'] },
  });
  return { a, b, outer };
}

const INNER = '10.7.0.2';
const LEFT = { name: 't0', address: '10.7.0.1/24', remote: '192.0.2.2' } as const;
const RIGHT = { name: 't0', address: `${INNER}/24`, remote: '192.0.2.1' } as const;
const OUTER = { device: 'a/t0', namespace: 'b', source: '192.0.2.1', to: '192.0.2.2' } as const;

/** What is said of the probe that `a/t0` sent. */
function lost(facts: object) {
  return { code: 'tunnel.not-taken', facts: { ...OUTER, ...facts }, of: 'probe', lastSeen: 'a/t0' };
}

describeNeeding(['vxlan'], () => {
  const vxlan = { kind: 'vxlan', lookup: 'vxlan_vs_find_vni', port: 4789, id: 7 };

  test('a vxlan of another VNI takes nothing, and the diagnosis names both', async ({ lab }) => {
    const { a, b } = build(lab);
    a.link('vxlan', { ...LEFT, id: 7 });
    const other = b.link('vxlan', { ...RIGHT, id: 8 });
    const asked = () => expect(a).toReach(INNER, SHORT);
    expect(await diagnosed(asked())).toEqual(
      lost({ ...vxlan, nearest: { device: 'b/t0', option: 'id', has: 8, needs: 7 } }),
    );
    expect(await explanationOf(asked())).toContain(
      'a/t0 ✗ the packet left a/t0 with VNI 7 in an outer packet to 192.0.2.2:4789, and b has no vxlan with VNI 7 on that port (vxlan_vs_find_vni)\n' +
        'Hint: both ends must have one id: a/t0 sends 7, and b/t0 has 8',
    );
    await expect(a).not.toReach(INNER, { family: 4, droppedBy: 'tunnel.not-taken', at: other });
    other.delete();
    b.link('vxlan', { ...RIGHT, id: 7 });
    await expect(a).toReach(INNER);
  });

  test.for([
    ['listens at another port', { dstport: 4790 }, { option: 'dstport', has: 4790, needs: 4789 }],
    ['has two settings that differ', { id: 8, dstport: 4790 }, undefined],
  ] as const)('a vxlan that %s takes nothing', async ([, options, nearest], { lab }) => {
    const { a, b } = build(lab);
    a.link('vxlan', { ...LEFT, id: 7 });
    b.link('vxlan', { ...RIGHT, id: 7, ...options });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual(
      lost({ ...vxlan, ...(nearest ? { nearest: { device: 'b/t0', ...nearest } } : {}) }),
    );
  });

  test('a host without any vxlan takes nothing, and one that is down is the cause itself', async ({ lab }) => {
    const { a, b, outer } = build(lab);
    a.link('vxlan', { ...LEFT, id: 7 });
    outer.address.add(`${INNER}/24`);
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual(lost(vxlan));
    outer.address.delete(`${INNER}/24`);
    const other = b.link('vxlan', { ...RIGHT, id: 7 });
    other.set({ up: false });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'link.down',
      facts: { device: 'b/t0' },
    });
  });

  test('a vxlan that takes every VNI is no reason', async ({ lab }) => {
    const { a, b } = build(lab);
    a.link('vxlan', { ...LEFT, id: 7 });
    b.link('vxlan', { external: true, name: 't0', address: `${INNER}/24` });
    // Linux tells why the answer does not leave: it has no metadata.
    const { code } = await diagnosed(expect(a).toReach(INNER, SHORT));
    expect(['unknown', 'tunnel.no-metadata']).toContain(code);
  });

  test('a vxlan whose list lacks the VNI takes nothing', async ({ lab }) => {
    const { a, b } = build(lab);
    a.link('vxlan', { ...LEFT, id: 7 });
    b.link('vxlan', { external: true, vnifilter: true, name: 't0', address: `${INNER}/24` });
    const bridge = (...args: string[]) => b.exec('bridge', args);
    await bridge('vni', 'add', 'vni', '8-9', 'dev', 't0');
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual(
      lost({ ...vxlan, nearest: { device: 'b/t0', option: 'vni', has: '8-9', needs: 7 } }),
    );
    const [device] = await read<{ vnis: object[] }>(b, 'bridge', ['-j', 'vni', 'show', 'dev', 't0']);
    expect(device?.vnis).toMatchObject([{ vni: 8, vniEnd: 9 }]);
    await bridge('vni', 'add', 'vni', '7', 'dev', 't0');
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).not.toMatchObject({ code: 'tunnel.not-taken' });
  });

  test('a route says another VNI for an external vxlan, or an end that nobody has', async ({ lab }) => {
    const { a, b } = build(lab);
    const [left, right] = [
      a.link('vxlan', { external: true, name: 't0', address: '10.7.0.1/24' }),
      b.link('vxlan', { ...RIGHT, id: 7 }),
    ];
    const wrap = (ip: object) =>
      a.route.replace({ to: INNER, dev: left, encap: { ip: { id: 7, dst: '192.0.2.2', ...ip } } });
    wrap({ id: 9 });
    a.neighbour.add({ to: INNER, lladdr: right.mac, dev: left });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual(
      lost({ ...vxlan, id: 9, nearest: { device: 'b/t0', option: 'id', has: 7, needs: 9 } }),
    );
    wrap({ dst: '192.0.2.9' });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'neighbour.unanswered',
      facts: { asked: { by: 'a', address: '192.0.2.9' } },
    });
  });

  // h1 ── p br (leaf1) t0 ┄┄ t0 br (leaf2) p ── h2
  //                  eth0 ── eth0
  test('frames that a bridge floods, or knows the way of, are lost behind its vxlan', async ({ lab }) => {
    const [leaf1, leaf2] = [lab.namespace('leaf1'), lab.namespace('leaf2')];
    lab.cable(leaf1, leaf2, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
    const behind = (leaf: Namespace, name: string, address: string, options: { id: number; remote: string }) => {
      const host = lab.namespace(name);
      const { a: device, b: port } = lab.cable(host, leaf, { a: { address }, b: { name: 'p', address: false } });
      leaf.bridge({
        ...{ name: 'br', address: false },
        ports: [port, leaf.link('vxlan', { name: 't0', address: false, ...options })],
      });
      return { host, device };
    };
    const one = behind(leaf1, 'h1', '10.8.0.1/24', { id: 7, remote: '192.0.2.2' });
    const two = behind(leaf2, 'h2', '10.8.0.2/24', { id: 8, remote: '192.0.2.1' });
    const behindLeaf1 = {
      code: 'tunnel.not-taken',
      facts: { device: 'leaf1/t0', namespace: 'leaf2', id: 7, nearest: { device: 'leaf2/t0', has: 8 } },
      lastSeen: 'leaf1/t0',
    };
    expect(await diagnosed(expect(one.host).toReach(two.host, SHORT))).toMatchObject(behindLeaf1);
    one.host.neighbour.add({ to: '10.8.0.2', lladdr: two.device.mac });
    expect(await diagnosed(expect(one.host).toReach(two.host, SHORT))).toMatchObject(behindLeaf1);
  });
});

describeNeeding(['geneve'], () => {
  const geneve = { kind: 'geneve', lookup: 'geneve_lookup', port: 6081, id: 7 };

  test.for([
    ['id', { id: 8 }, { option: 'id', has: 8, needs: 7 }],
    ['dstport', { dstport: 6082 }, { option: 'dstport', has: 6082, needs: 6081 }],
    ['remote', { remote: '192.0.2.9' }, { option: 'remote', has: '192.0.2.9', needs: '192.0.2.1' }],
  ] as const)('a geneve with another %s takes nothing', async ([, options, nearest], { lab }) => {
    const { a, b } = build(lab);
    a.link('geneve', { ...LEFT, id: 7 });
    b.link('geneve', { ...RIGHT, id: 7, ...options });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual(
      lost({ ...geneve, nearest: { device: 'b/t0', ...nearest } }),
    );
  });
});

// Tunnels of IP packets, and of frames in GRE.
describeNeeding(['gre', 'gretap', 'ipip', 'sit', 'ip6gre', 'ip6gretap', 'ip6tnl'], () => {
  interface Case {
    kind: 'gre' | 'gretap' | 'ipip' | 'sit' | 'ip6gre' | 'ip6gretap' | 'ip6tnl';
    /** What is unlike at the end that sends, and at the other. */
    left: object;
    right: object;
    facts: { lookup: string; key?: number; nearest: object };
  }
  const [V4, V6] = [
    ['192.0.2.1', '192.0.2.2', '192.0.2.9'],
    ['2001:db8::1', '2001:db8::2', '2001:db8::9'],
  ] as const;
  const ip4 = { lookup: 'ip_tunnel_lookup' } as const;
  const ip6gre = { lookup: 'ip6gre_tunnel_lookup' } as const;
  const remote = (ends: readonly string[]) => ({ option: 'remote', has: ends[2], needs: ends[0] });
  const local = (ends: readonly string[]) => ({ option: 'local', has: ends[2], needs: ends[1] });
  const KEY = { option: 'ikey', has: 8, needs: 7 };

  test.for<Case>([
    { kind: 'gre', left: { okey: 7 }, right: { ikey: 8 }, facts: { ...ip4, key: 7, nearest: KEY } },
    { kind: 'gre', left: { okey: 7 }, right: {}, facts: { ...ip4, key: 7, nearest: { option: 'ikey', needs: 7 } } },
    { kind: 'gre', left: {}, right: { ikey: 8 }, facts: { ...ip4, nearest: { option: 'ikey', has: 8 } } },
    { kind: 'gre', left: {}, right: { remote: V4[2] }, facts: { ...ip4, nearest: remote(V4) } },
    { kind: 'gretap', left: { okey: 7 }, right: { ikey: 8 }, facts: { ...ip4, key: 7, nearest: KEY } },
    { kind: 'gretap', left: {}, right: { local: V4[2] }, facts: { ...ip4, nearest: local(V4) } },
    { kind: 'ipip', left: {}, right: { remote: V4[2] }, facts: { ...ip4, nearest: remote(V4) } },
    { kind: 'ipip', left: {}, right: { local: V4[2] }, facts: { ...ip4, nearest: local(V4) } },
    { kind: 'sit', left: {}, right: { remote: V4[2] }, facts: { lookup: 'ipip6_tunnel_lookup', nearest: remote(V4) } },
    { kind: 'ip6gre', left: { okey: 7 }, right: { ikey: 8 }, facts: { ...ip6gre, key: 7, nearest: KEY } },
    { kind: 'ip6gretap', left: {}, right: { remote: V6[2] }, facts: { ...ip6gre, nearest: remote(V6) } },
    { kind: 'ip6tnl', left: {}, right: { local: V6[2] }, facts: { lookup: 'ip6_tnl_lookup', nearest: local(V6) } },
  ])('what a $kind with $left sends is not taken by one with $right', async ({ kind, left, right, facts }, { lab }) => {
    const { a, b } = build(lab);
    const [one, two] = kind.startsWith('ip6') ? V6 : V4;
    const address = (host: number) => (kind === 'sit' ? `fd07::${host}/64` : `10.7.0.${host}/24`);
    a.link(kind, { name: 't0', address: address(1), local: one, remote: two, ...left });
    b.link(kind, { name: 't0', address: address(2), local: two, remote: one, ...right });
    const { nearest, ...others } = facts;
    const asked = () =>
      kind === 'sit' ? expect(a).toReach('fd07::2', { within: 50 }) : expect(a).toReach(INNER, SHORT);
    expect(await diagnosed(asked())).toEqual(
      lost({ kind, source: one, to: two, ...others, nearest: { device: 'b/t0', ...nearest } }),
    );
  });

  test.for([
    { kind: 'gre', left: { ocsum: true }, right: {}, refusal: { option: 'icsum', has: false } },
    { kind: 'gre', left: {}, right: { icsum: true }, refusal: { option: 'icsum', has: true } },
    { kind: 'gre', left: {}, right: { iseq: true }, refusal: { option: 'iseq', has: true } },
    { kind: 'gretap', left: { ocsum: true }, right: {}, refusal: { option: 'icsum', has: false } },
    { kind: 'gretap', left: {}, right: { iseq: true }, refusal: { option: 'iseq', has: true } },
    { kind: 'ip6gre', left: {}, right: { icsum: true }, refusal: { option: 'icsum', has: true } },
    { kind: 'ip6gretap', left: {}, right: { iseq: true }, refusal: { option: 'iseq', has: true } },
  ] as const)(
    'what a $kind with $left sends is refused by one with $right',
    async ({ kind, left, right, refusal }, { lab }) => {
      const { a, b } = build(lab);
      const [one, two] = kind.startsWith('ip6') ? V6 : V4;
      const sender = a.link(kind, { name: 't0', address: '10.7.0.1/24', local: one, remote: two, ...left });
      const by = b.link(kind, { name: 't0', address: '10.7.0.2/24', local: two, remote: one, ...right });
      const of = kind.startsWith('ip6') ? '__ip6_tnl_rcv' : 'ip_tunnel_rcv';
      expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toEqual({
        ...{ code: 'tunnel.refused', facts: { device: 'a/t0', by: 'b/t0', ...refusal, function: of } },
        ...{ of: 'probe', lastSeen: 'a/t0' },
      });
      await expect(a).not.toReach(INNER, { family: 4, droppedBy: 'tunnel.refused', at: by });
      // The kernel's own counters: of wrong checksums, and of numbers out of order.
      const counter = refusal.option === 'icsum' ? 'crc_errors' : 'fifo_errors';
      const [link] = await read<{ stats64: { rx: Record<string, number> } }>(b, 'ip', [
        '-s',
        '-s',
        '-j',
        'link',
        'show',
        'dev',
        't0',
      ]);
      expect(link?.stats64.rx[counter]).toBeGreaterThan(0);
      // Each of the hint's two mends helps.
      by.set({ [refusal.option]: !refusal.has });
      await expect(a).toReach(INNER);
      by.set({ [refusal.option]: refusal.has });
      sender.set({ [refusal.option === 'icsum' ? 'ocsum' : 'oseq']: refusal.has });
      await expect(a).toReach(INNER);
    },
  );

  test('an answer without the key that the asker expects is lost on its way back', async ({ lab }) => {
    const { a, b } = build(lab);
    const one = a.link('gre', { ...LEFT, local: '192.0.2.1', ikey: 5 });
    b.link('gre', { ...RIGHT, local: '192.0.2.2', okey: 6 });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'tunnel.not-taken',
      facts: { device: 'b/t0', namespace: 'a', key: 6, nearest: { device: 'a/t0', option: 'ikey', has: 5, needs: 6 } },
      of: 'answer',
      lastSeen: 'b/t0',
    });
    one.set({ ikey: 6 });
    await expect(a).toReach(INNER);
  });

  // h1 ── a ─ t0 ┄┄ t0 ─ b ── h2
  test('a packet that a router puts into its tunnel is lost behind it, though the cable seems to lead on', async ({
    lab,
  }) => {
    const { a, b } = build(lab);
    for (const router of [a, b]) router.sysctl.set('net.ipv4.ip_forward', 1);
    a.link('gre', { ...LEFT, local: '192.0.2.1', okey: 7 });
    b.link('gre', { ...RIGHT, local: '192.0.2.2', ikey: 8 });
    const [h1, h2] = [lab.namespace('h1'), lab.namespace('h2')];
    lab.cable(h1, a, { a: { address: '10.8.1.1/24' }, b: { address: '10.8.1.254/24' } });
    lab.cable(h2, b, { a: { address: '10.8.2.1/24' }, b: { address: '10.8.2.254/24' } });
    h1.route.add({ to: 'default', via: '10.8.1.254' });
    h2.route.add({ to: 'default', via: '10.8.2.254' });
    a.route.add({ to: '10.8.2.0/24', via: INNER });
    expect(await diagnosed(expect(h1).toReach('10.8.2.1', SHORT))).toMatchObject({
      code: 'tunnel.not-taken',
      facts: { device: 'a/t0', namespace: 'b', key: 7 },
      lastSeen: 'a/t0',
    });
  });
});
