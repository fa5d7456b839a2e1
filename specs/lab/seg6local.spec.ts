import { expect, KernelError, type Lab, type RouteOptions, test, UsageError } from 'hairpin';
import { describeNeeding, describeSegmentRouting } from '../needs.ts';
import { read } from './referee.ts';

type Seg6Local = NonNullable<NonNullable<RouteOptions['encap']>['seg6local']>;

const SEGMENT = 'fcff::1';

/**
 * a eth0 ── eth0 r eth1 ── eth0 b
 *
 * What a sends to b goes by the segment, for which r has no other route than the one that a test adds.
 */
function throughSegment(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  const { a: eth0, b: near } = lab.cable(a, r);
  const { a: far, b: end } = lab.cable(r, b);
  const addressOf = (device: typeof end, family: 4 | 6) => device.address.first(family)?.address ?? '';
  r.sysctl.set('net.ipv6.conf.all.seg6_enabled', 1);
  r.sysctl.set(`net.ipv6.conf.${near.name}.seg6_enabled`, 1);
  a.route.add({ to: 'fcff::/32', via: addressOf(near, 6) });
  const encap = { seg6: { mode: 'encap', segs: [SEGMENT] } } as const;
  a.route.add({ to: addressOf(end, 6), dev: eth0, encap });
  a.route.add({ to: addressOf(end, 4), dev: eth0, encap });
  return { a, r, b, far, address: addressOf(end, 6), address4: addressOf(end, 4) };
}

await describeSegmentRouting(() => {
  // r eth0 ── eth0 b
  test.for<[said: Seg6Local, shown: object]>([
    [{ action: 'End' }, { action: 'End' }],
    [{ action: 'End', count: true }, { action: 'End' }],
    [
      { action: 'End.X', nh6: 'fd00::2' },
      { action: 'End.X', nh6: 'fd00::2' },
    ],
    [
      { action: 'End.T', table: 100 },
      { action: 'End.T', table: '100' },
    ],
    [
      { action: 'End.DX6', nh6: 'fd00::2' },
      { action: 'End.DX6', nh6: 'fd00::2' },
    ],
    [
      { action: 'End.DX4', nh4: '10.0.0.2' },
      { action: 'End.DX4', nh4: '10.0.0.2' },
    ],
    [
      { action: 'End.DT6', table: 100 },
      { action: 'End.DT6', table: '100' },
    ],
    [{ action: 'End.B6', srh: { segs: ['fcff::2', 'fcff::3'] } }, { action: 'End.B6' }],
    [{ action: 'End.B6.Encaps', srh: { segs: ['fcff::2', 'fcff::3'] } }, { action: 'End.B6.Encaps' }],
  ])('encap seg6local %o is as ip route shows it, and the same as ip route adds it', async ([said, shown], { lab }) => {
    const [r, b] = [lab.router('r'), lab.namespace('b')];
    const { a: eth0 } = lab.cable(r, b);
    r.route.add({ to: SEGMENT, dev: eth0, encap: { seg6local: said } });
    const list = () => read<object>(r, 'ip', ['-j', '-d', '-6', 'route', 'show', SEGMENT]);
    const ours = await list();
    expect(ours).toMatchObject([{ dst: SEGMENT, encap: 'seg6local', ...shown }]);
    await expect(r).toHaveRoute({ to: SEGMENT, encap: { seg6local: said } });
    r.route.delete({ to: SEGMENT });
    const { srh, ...others } = said;
    const words = Object.entries(others).flatMap(([name, value]) => (value === true ? [name] : [name, String(value)]));
    const segs = srh ? ['srh', 'segs', srh.segs.join(',')] : [];
    await r.exec('ip', ['-6', 'route', 'add', SEGMENT, 'encap', 'seg6local', ...words, ...segs, 'dev', 'eth0']);
    expect(await list()).toEqual(ours);
    expect(r.route.list({ family: 6 }).find(({ to }) => to === SEGMENT)?.encap).toEqual({ seg6local: said });
  });

  // r eth0 ── eth0 b
  test('flavors of End are as ip adds them (needs Linux 6.3)', async ({ lab, skip }) => {
    const [r, b] = [lab.router('r'), lab.namespace('b')];
    lab.cable(r, b);
    const seg6local = { action: 'End', flavors: ['psp', 'next-csid'], lblen: 48, nflen: 16 } as const;
    try {
      r.route.add({ to: SEGMENT, dev: 'eth0', encap: { seg6local } });
    } catch (error) {
      skip(error instanceof KernelError && error.code === 'EOPNOTSUPP', 'needs Linux 6.3');
      throw error;
    }
    const flavors = ['flavors', 'psp,next-csid', 'lblen', '48', 'nflen', '16'];
    await r.exec('ip', [
      '-6',
      'route',
      'add',
      'fcff::2',
      'encap',
      'seg6local',
      'action',
      'End',
      ...flavors,
      'dev',
      'eth0',
    ]);
    for (const to of [SEGMENT, 'fcff::2']) await expect(r).toHaveRoute({ to, encap: { seg6local } });
    const shown = async (to: string) =>
      (await read<object>(r, 'ip', ['-j', '-d', '-6', 'route', 'show', to])).map((each) => ({ ...each, dst: '' }));
    expect(await shown(SEGMENT)).toEqual(await shown('fcff::2'));
  });

  test('End.DX6 and End.DX4 unwrap packets, and send them to their next hop', async ({ lab }) => {
    const { a, r, b, far, address, address4 } = throughSegment(lab);
    const add = (seg6local: Seg6Local) => r.route.replace({ to: SEGMENT, dev: far, encap: { seg6local } });
    add({ action: 'End.DX6', nh6: address });
    await expect(a).toReach(b, { family: 6 });
    add({ action: 'End.DX4', nh4: address4 });
    await expect(a).toReach(b, { family: 4 });
  });

  test('End.DT6 unwraps packets, and looks for their way in its table', async ({ lab }) => {
    const { a, r, b, far, address } = throughSegment(lab);
    r.route.add({ to: SEGMENT, dev: far, encap: { seg6local: { action: 'End.DT6', table: 100 } } });
    r.route.add({ to: address, type: 'unreachable' });
    r.route.add({ to: address, dev: far, table: 100 });
    await expect(a).toReach(b, { family: 6 });
  });

  describeNeeding(['vrf'], () => {
    // a eth0 ── eth0 r (vrf0) eth1 ── eth0 b
    test.for<[action: 'End.DT4' | 'End.DT6' | 'End.DT46', family: 4 | 6]>([
      ['End.DT4', 4],
      ['End.DT6', 6],
      ['End.DT46', 4],
      ['End.DT46', 6],
    ])('%s leads IPv%s packets into a VRF', async ([action, family], { lab }) => {
      const { a, r, b, far } = throughSegment(lab);
      const vrf = r.link('vrf', { table: 100 });
      r.sysctl.set('net.vrf.strict_mode', 1);
      const seg6local: Seg6Local = { action, vrftable: 100 };
      r.route.add({ to: SEGMENT, dev: vrf, encap: { seg6local } });
      expect(await read(r, 'ip', ['-j', '-d', '-6', 'route', 'show', SEGMENT])).toMatchObject([
        { encap: 'seg6local', action, vrftable: '100' },
      ]);
      await expect(r).toHaveRoute({ to: SEGMENT, encap: { seg6local } });
      const own = far.address.first(6)?.address ?? '';
      far.set({ master: vrf });
      // cycle_netdev has taken it.
      far.address.add(`${own}/64`);
      // What b answers leaves the VRF again.
      for (const each of [4, 6] as const)
        r.route.add({ to: each === 4 ? '10.0.0.0/24' : 'fd00::/64', dev: 'eth0', table: 100 });
      await expect(a).toReach(b, { family });
    });
  });
});

// a eth0 ── eth0 b
test.for<[said: Seg6Local, message: string]>([
  [{ action: 'End.X' }, 'End.X must have nh6'],
  [{ action: 'End', nh4: '10.0.0.2' }, 'End takes count, flavors, lblen, nflen: received nh4'],
  [{ action: 'End.DX6', nh6: '10.0.0.2' }, "nh6 must be an IPv6 address such as fd00::1: received '10.0.0.2'"],
  [{ action: 'End.DT6' }, 'End.DT6 must have either table or vrftable'],
  [{ action: 'End', lblen: 32 }, "lblen and nflen belong to flavors: ['next-csid']"],
  [
    { action: 'End.DX2' as never },
    "action must be one of End, End.X, End.T, End.DX6, End.DX4, End.DT6, End.DT4, End.B6, End.B6.Encaps, End.DT46: received 'End.DX2'",
  ],
])('encap seg6local %o is refused: %s', ([said, message], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  expect(() => a.route.add({ to: SEGMENT, dev: eth0, encap: { seg6local: said } })).toThrow(
    new UsageError(`a.route.add: ${message}`),
  );
});
