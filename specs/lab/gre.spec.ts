import { expect, type Lab, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipAddresses, ipLink, refusal } from './referee.ts';

/** a ─ gre0 ┄ a/eth0 ── eth0/b ┄ gre0 ─ b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: outer } = lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  return { a, b, outer };
}

const LEFT = { local: '192.0.2.1', remote: '192.0.2.2' } as const;
const RIGHT = { local: '192.0.2.2', remote: '192.0.2.1' } as const;

describeNeeding(['gre', 'gretap', 'erspan'], () => {
  test.for<[kind: 'gre' | 'gretap' | 'erspan', options: object, shown: object]>([
    ['gre', { ttl: 9, tos: 16 }, { ...LEFT, ttl: 9, tos: '0x10', pmtudisc: true }],
    ['gre', { ikey: 1, okey: 2 }, { ikey: '0.0.0.1', okey: '0.0.0.2' }],
    ['gre', { iseq: true, ocsum: true }, { iseq: true, ocsum: true }],
    ['gre', { icsum: true, oseq: true }, { icsum: true, oseq: true }],
    ['gretap', { pmtudisc: false, ignoreDf: true }, { pmtudisc: false, ignore_df: true }],
    ['gretap', { fwmark: 255, tos: 'inherit' }, { fwmark: '0xff', tos: '0x1' }],
    ['erspan', { ikey: 30, okey: 30, erspan: 123 }, { erspan_index: 123, erspan_ver: 1, ikey: '0.0.0.30', iseq: true }],
    [
      'erspan',
      { ikey: 30, okey: 30, erspanVer: 2, erspanDir: 'egress', erspanHwid: 17 },
      { erspan_ver: 2, erspan_dir: 'egress', erspan_hwid: '0x11' },
    ],
  ])('link(%o, %o) is %o in the words of iproute2', async ([kind, options, shown], { lab }) => {
    const { a } = build(lab);
    const tunnel = a.link(kind, { ...LEFT, ...options });
    const link = await ipLink(a, tunnel.name);
    expect(link).toMatchObject({ ifindex: tunnel.index, linkinfo: { info_kind: kind, info_data: shown } });
    expect(tunnel).toMatchObject({ ...LEFT, ...options, kind });
  });

  test.for(['gre', 'gretap', 'erspan'] as const)(
    'two ends of %s have addresses of one subnet, and reach each other',
    async (kind, { lab }) => {
      const { a, b, outer } = build(lab);
      const left = a.link(kind, { ...LEFT, ikey: 1, okey: 2 });
      const right = b.link(kind, { ...RIGHT, ikey: 2, okey: 1 });
      expect(await Promise.all([ipAddresses(a, left.name), ipAddresses(b, right.name)])).toEqual([
        ['10.0.1.1/24', 'fd00:0:0:1::1/64'],
        ['10.0.1.2/24', 'fd00:0:0:1::2/64'],
      ]);
      await expect(a).toReach(right);
      await expect(b).toReach(left, { family: 6 });
      outer.set({ up: false });
      await expect(a).not.toReach(right);
    },
  );

  test('ends whose keys differ hear nothing of each other, until they match', async ({ lab }) => {
    const { a, b } = build(lab);
    const left = a.link('gre', { ...LEFT, okey: 1, address: '10.7.0.1/24' });
    const right = b.link('gre', { ...RIGHT, ikey: 2, address: '10.7.0.2/24' });
    await expect(a).not.toReach(right, { because: 'lost' });
    right.set({ ikey: 1 });
    expect((await ipLink(b, right.name)).linkinfo.info_data).toMatchObject({ ...RIGHT, ikey: '0.0.0.1' });
    await expect(a).toReach(right);
    expect(left.settings).toMatchObject({ okey: 1 });
    expect(left.settings).not.toHaveProperty('ikey');
  });

  test('the taps see the packets of a tunnel without a remote end', async ({ lab }) => {
    const { a, b } = build(lab);
    const keys = { ikey: 1, okey: 1 } as const;
    const left = a.link('gre', { local: LEFT.local, ...keys, address: '10.7.0.1/24' });
    const right = b.link('gre', { ...RIGHT, ...keys, address: '10.7.0.2/24' });
    await a.exec('ip', ['neigh', 'add', '10.7.0.2', 'lladdr', LEFT.remote, 'dev', left.name]);
    await expect(a).toReach(right, { through: [left, right], neighbours: 'kept' });
  });

  test('a tunnel is bound to its device', async ({ lab }) => {
    const { a } = build(lab);
    const tunnel = a.link('gretap', { ...LEFT, dev: a.interface('eth0') });
    expect((await ipLink(a, tunnel.name)).linkinfo.info_data).toMatchObject({ link: 'eth0' });
    expect(tunnel.dev).toBe(a.interface('eth0'));
  });

  test('one that a program made has its settings', async ({ lab }) => {
    const { a } = build(lab);
    await a.exec('ip', ['link', 'add', 'g9', 'type', 'gre', 'local', '192.0.2.1', 'remote', '192.0.2.9', 'key', '5']);
    expect(a.interface('g9')).toMatchObject({ kind: 'gre', ...LEFT, remote: '192.0.2.9', ikey: 5, okey: 5 });
  });

  test('the kernel refuses a second between the same ends', ({ lab }) => {
    const { a } = build(lab);
    a.link('gre', LEFT);
    expect(refusal(() => a.link('gre', LEFT))).toContain(
      'usual cause: a has such a tunnel between these ends, with these keys, already',
    );
  });

  test.for<[options: object, message: string]>([
    [{ remote: 'fd00::1' }, "remote must be an IPv4 address such as 10.0.0.1: received 'fd00::1'"],
    [{ ikey: 0 }, 'ikey must be a whole number from 1 to 4294967295: received 0'],
    [{ iseq: 1 }, 'iseq must be true or false: received 1'],
    [{ encap: 'udp' }, "encap must be one of none, fou, gue: received 'udp'"],
  ])('link(gre, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link('gre', options as object)).toThrow(new UsageError(`a.link(gre): ${message}`));
  });
});
