import { createLab, expect, type Lab, test, UsageError } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { ipLink, read } from './referee.ts';

interface Shown {
  ifname: string;
  vlans: { vlan: number; vlanEnd?: number; flags?: string[] }[];
}

// a ── p0 (sw) p1 ── b
function build(lab: Lab, options: Parameters<Lab['switch']>[1] = {}) {
  const [sw, a, b] = [lab.switch('sw', options), lab.namespace('a'), lab.namespace('b')];
  return { sw, a, b, p0: lab.cable(a, sw).b, p1: lab.cable(b, sw).b };
}

describeNeeding([VLAN_FILTERING], () => {
  test('VLANs of ports and of the bridge are made, read and deleted as bridge vlan has them', async ({ lab }) => {
    const { sw, p0, p1 } = build(lab, { vlanFiltering: true });
    const shown = async (name: string) => {
      const all = await read<Shown>(sw, 'bridge', ['-j', 'vlan', 'show']);
      return all
        .find(({ ifname }) => ifname === name)
        ?.vlans.map(({ vlan, vlanEnd, flags = [] }) =>
          [vlanEnd ? `${vlan}-${vlanEnd}` : vlan, ...flags].join(' ').replace('Egress Untagged', 'untagged'),
        );
    };
    p0.vlan.add({ id: 10, pvid: true, untagged: true });
    p0.vlan.delete({ id: 1 });
    p1.vlan.add({ id: '100-103' });
    sw.br0.vlan.add({ id: 30 });
    expect(await shown('p0')).toEqual(['10 PVID untagged']);
    expect(p0.vlan.list()).toEqual([{ id: 10, pvid: true, untagged: true }]);
    expect(await shown('p1')).toEqual(['1 PVID untagged', '100', '101', '102', '103']);
    expect(p1.vlan.list().map(({ id }) => id)).toEqual([1, 100, 101, 102, 103]);
    expect(await shown('br0')).toEqual(['1 PVID untagged', '30']);
    expect(sw.br0.vlan.list()).toEqual([
      { id: 1, pvid: true, untagged: true },
      { id: 30, pvid: false, untagged: false },
    ]);
    // Adding a VLAN again changes its flags; deleting what is not there changes nothing.
    p0.vlan.add({ id: 10 });
    p1.vlan.delete({ id: '101-4094' });
    sw.br0.vlan.delete({ id: '1-4094' });
    expect([await shown('p0'), await shown('p1')]).toEqual([['10'], ['1 PVID untagged', '100']]);
    expect([await shown('br0'), sw.br0.vlan.list()]).toEqual([undefined, []]);
  });

  test('the states of VLANs at a port and of the bridge, as bridge -d vlan has them', async ({ lab }) => {
    const { sw, p0, p1 } = build(lab, { vlanFiltering: true });
    const states = async (name: string) => {
      const all = await read<{ ifname: string; vlans: { vlan: number; vlanEnd?: number; state: string }[] }>(
        sw,
        'bridge',
        ['-j', '-d', 'vlan', 'show'],
      );
      const own = all.find(({ ifname }) => ifname === name)?.vlans ?? [];
      return own.flatMap(({ vlan, vlanEnd = vlan, state }) =>
        Array.from({ length: vlanEnd - vlan + 1 }, (_, at) => [vlan + at, state]),
      );
    };
    p0.vlan.add({ id: '10-12' });
    p0.vlan.set({ id: '10-11', state: 'blocking' });
    p0.vlan.set({ id: 1, state: 'learning' });
    sw.br0.vlan.set({ id: 1, state: 'disabled' });
    expect(await states('p0')).toEqual([
      [1, 'learning'],
      [10, 'blocking'],
      [11, 'blocking'],
      [12, 'forwarding'],
    ]);
    expect([await states('p1'), await states('br0')]).toEqual([[[1, 'forwarding']], [[1, 'disabled']]]);
    // Their flags stay.
    expect(p0.vlan.list()).toEqual([
      { id: 1, pvid: true, untagged: true, state: 'learning' },
      { id: 10, pvid: false, untagged: false, state: 'blocking' },
      { id: 11, pvid: false, untagged: false, state: 'blocking' },
      { id: 12, pvid: false, untagged: false },
    ]);
    await expect(p0).toHaveVlan({ id: 11, state: 'blocking', neighSuppress: false });
    await expect(sw).not.toHaveVlan({ id: 1, port: p1, state: 'disabled' }, { hold: 0 });
    p0.vlan.set({ id: '10-11', state: 'forwarding' });
    expect((await states('p0')).map(([, state]) => state)).toEqual(['learning', ...Array(3).fill('forwarding')]);
    expect(() => p0.vlan.set({ id: '10-13', state: 'blocking' })).toThrow(
      /^bridge -n sw vlan set vid 10-13 dev p0 state blocking: ENOENT .*\n {2}usual cause: sw\/p0 is not in each of these VLANs: see sw\/p0\.vlan\.list\(\)$/s,
    );
    sw.set({ stp: true });
    expect(() => p0.vlan.set({ id: 10, state: 'blocking' })).toThrow(
      /^bridge -n sw vlan set vid 10 dev p0 state blocking: EBUSY .*usual cause: while the bridge has mstEnabled or stp, its spanning trees set the states of VLANs \(br_vlan_modify_state\): use mst\.set, or switch stp off$/s,
    );
  });

  test('what VLANs have at a port is read, saved and said while the bridge looks at none', async ({ lab }) => {
    const { p0, p1 } = build(lab);
    p0.vlan.set({ id: 1, state: 'blocking' });
    p1.set({ vlanTunnel: true });
    p1.vlan.add({ id: 10, tunnelId: 1010 });
    await using other = createLab();
    const copy = (await other.load({ text: lab.save() })).namespace('sw');
    expect(['p0', 'p1'].map((name) => copy.interface(name).vlan.list())).toEqual([
      [{ id: 1, pvid: true, untagged: true, state: 'blocking' }],
      [
        { id: 1, pvid: true, untagged: true },
        { id: 10, pvid: false, untagged: false, tunnelId: 1010 },
      ],
    ]);
    const script = labScript(readLab(lab));
    expect(script).toMatch(/^bridge -n sw vlan set vid 1 dev p0 state blocking$/m);
    expect(script).toMatch(/^bridge -n sw vlan add dev p1 vid 10 tunnel_info id 1010$/m);
  });

  test('all of them in one call', ({ lab }) => {
    const { p0 } = build(lab, { vlanFiltering: true });
    p0.vlan.add({ id: '1-4094' });
    expect(p0.vlan.list().map(({ id }) => id)).toEqual(Array.from({ length: 4094 }, (_, at) => at + 1));
  });

  test('the settings of a switch that looks at VLANs, as ip -d link has them', async ({ lab }) => {
    const options = { vlanFiltering: true, vlanProtocol: '802.1ad', vlanDefaultPvid: 7 } as const;
    const { sw, p0 } = build(lab, options);
    const shown = async () => (await ipLink(sw, 'br0')).linkinfo.info_data;
    expect(await shown()).toMatchObject({ vlan_filtering: 1, vlan_protocol: '802.1ad', vlan_default_pvid: 7 });
    expect(sw.br0.settings).toMatchObject(options);
    expect(p0.vlan.list()).toEqual([{ id: 7, pvid: true, untagged: true }]);
    // A change takes the ports along that have the default.
    sw.set({ vlanFiltering: false, vlanProtocol: '802.1Q', vlanDefaultPvid: 0 });
    expect(await shown()).toMatchObject({ vlan_filtering: 0, vlan_protocol: '802.1Q', vlan_default_pvid: 0 });
    expect([sw.br0.vlanFiltering, sw.br0.vlanProtocol, sw.br0.vlanDefaultPvid]).toEqual([false, '802.1Q', 0]);
    expect(p0.vlan.list()).toEqual([]);
  });

  test('counters of VLANs, and snooping by VLANs, as ip -d link has them', async ({ lab }) => {
    const { sw, p0 } = build(lab, { vlanFiltering: true, vlanStatsEnabled: true, vlanStatsPerPort: true });
    const shown = async () => (await ipLink(sw, 'br0')).linkinfo.info_data;
    expect(await shown()).toMatchObject({ vlan_stats_enabled: 1, vlan_stats_per_port: 1, mcast_vlan_snooping: 0 });
    expect(() => sw.set({ vlanStatsPerPort: false })).toThrow(expect.objectContaining({ code: 'EBUSY' }));
    sw.set({ mcastVlanSnooping: true, vlanStatsEnabled: false });
    expect(await shown()).toMatchObject({ vlan_stats_enabled: 0, vlan_stats_per_port: 1, mcast_vlan_snooping: 1 });
    const { vlanStatsEnabled, vlanStatsPerPort, mcastVlanSnooping } = sw.br0.settings;
    expect([vlanStatsEnabled, vlanStatsPerPort, mcastVlanSnooping]).toEqual([false, true, true]);
    for (const written of [lab.save(), labScript(readLab(lab))]) expect(written).not.toContain('Left out');
    expect(p0.vlan.list()).toEqual([{ id: 1, pvid: true, untagged: true }]);
  });

  test('a static entry of one VLAN, or of each that the port is in', async ({ lab }) => {
    const { sw, p0, p1 } = build(lab, { vlanFiltering: true });
    p0.vlan.add({ id: 10 });
    const [one, all] = ['02:00:00:00:dd:01', '02:00:00:00:dd:02'];
    sw.fdb.add(one, p0, { vlan: 10 });
    sw.fdb.add(all, p0);
    const entries = async (mac: string) => {
      const shown = await read<{ mac: string; vlan?: number }>(sw, 'bridge', ['-j', 'fdb', 'show', 'dev', 'p0']);
      return shown.filter((entry) => entry.mac === mac).map(({ vlan }) => vlan);
    };
    const listed = (mac: string) => sw.fdb.list().flatMap((entry) => (entry.mac === mac ? [entry.vlan] : []));
    expect([await entries(one), listed(one)]).toEqual([[10], [10]]);
    expect([new Set(await entries(all)), new Set(listed(all))]).toEqual([
      new Set([undefined, 1, 10]),
      new Set([undefined, 1, 10]),
    ]);
    sw.fdb.delete(all, p0, { vlan: 10 });
    sw.fdb.delete(one, p0);
    expect([await entries(one), new Set(await entries(all))]).toEqual([[], new Set([undefined, 1])]);
    expect(() => sw.fdb.add(one, p1, { vlan: 10 })).toThrow('p1 is in no VLAN 10 (br_fdb_add): see sw/p1.vlan.list()');
  });
});

// a ── p0 (sw) p1 ── b
test.for<[what: string, call: (net: ReturnType<typeof build>) => unknown, message: string]>([
  [
    'no id',
    ({ p0 }) => p0.vlan.add({} as never),
    "sw/p0.vlan.add: id must be given: a VLAN from 1 to 4094, or a range, as in '100-199'",
  ],
  [
    'an id that there is not',
    ({ p0 }) => p0.vlan.add({ id: 4095 }),
    "sw/p0.vlan.add: id must be a VLAN from 1 to 4094, or a range, as in '100-199': received 4095",
  ],
  [
    'a range from its end',
    ({ sw }) => sw.br0.vlan.delete({ id: '20-10' }),
    "sw/br0.vlan.delete: id must be a VLAN from 1 to 4094, or a range, as in '100-199': received '20-10'",
  ],
  [
    'several pvids',
    ({ p0 }) => p0.vlan.add({ id: '10-20', pvid: true }),
    "sw/p0.vlan.add: pvid must be a single VLAN (br_process_vlan_info): received id '10-20'",
  ],
  [
    'an option that there is not',
    ({ p0 }) => p0.vlan.add({ id: 1, tagged: true } as never),
    "sw/p0.vlan.add: there is no option 'tagged'; the options are id, pvid, untagged, tunnelId",
  ],
  [
    'a tunnel that there is not',
    ({ p0 }) => p0.vlan.add({ id: 10, tunnelId: 2 ** 24 }),
    "sw/p0.vlan.add: tunnelId must be a whole number from 1 to 16777215, or a range, as in '1010-1019': received 16777216",
  ],
  [
    'fewer tunnels than VLANs',
    ({ p0 }) => p0.vlan.delete({ id: '10-12', tunnelId: 1010 }),
    "sw/p0.vlan.delete: tunnelId must be a range as long as id (br_process_vlan_tunnel_info): received 1010 for '10-12'",
  ],
  [
    'a tunnel at a port without vlanTunnel',
    ({ p0 }) => p0.vlan.add({ id: 10, tunnelId: 1010 }),
    'sw/p0.vlan.add: tunnelId needs vlanTunnel of a port (br_afspec): sw/p0.set({ vlanTunnel: true })',
  ],
  [
    'a tunnel of the bridge itself',
    ({ sw }) => sw.br0.vlan.add({ id: 10, tunnelId: 1010 }),
    'sw/br0.vlan.add: tunnelId is a setting of ports, not of the bridge itself (br_afspec)',
  ],
  [
    'a state that there is not',
    ({ p0 }) => p0.vlan.set({ id: 1, state: 'off' as never }),
    "sw/p0.vlan.set: state must be one of disabled, listening, learning, forwarding, blocking: received 'off'",
  ],
  [
    'a setting that is neither on nor off',
    ({ p0 }) => p0.vlan.set({ id: 1, neighSuppress: 'on' as never }),
    "sw/p0.vlan.set: neighSuppress must be true or false: received 'on'",
  ],
  [
    'nothing to set',
    ({ p0 }) => p0.vlan.set({ id: 10 }),
    'sw/p0.vlan.set: one of state, neighSuppress, mcastRouter, mcastMaxGroups must be given',
  ],
  [
    'a mode of router ports that there is not',
    ({ p0 }) => p0.vlan.set({ id: 1, mcastRouter: 4 }),
    'sw/p0.vlan.set: mcastRouter must be a whole number from 0 to 3: received 4',
  ],
  [
    'a mode that only ports have',
    ({ sw }) => sw.br0.vlan.set({ id: 1, mcastRouter: 3 }),
    'sw/br0.vlan.set: mcastRouter must be a whole number from 0 to 2: received 3',
  ],
  [
    "a limit of the bridge's own VLAN",
    ({ sw }) => sw.br0.vlan.set({ id: 1, mcastMaxGroups: 7 }),
    'sw/br0.vlan.set: mcastMaxGroups is a setting of ports, not of the bridge itself (br_vlan_process_one_opts)',
  ],
  [
    "neighSuppress of the bridge's own VLAN",
    ({ sw }) => sw.br0.vlan.set({ id: 1, neighSuppress: true }),
    'sw/br0.vlan.set: neighSuppress is a setting of ports, not of the bridge itself (br_vlan_process_one_opts)',
  ],
  [
    'a flag, which add changes',
    ({ p0 }) => p0.vlan.set({ id: 1, pvid: true } as never),
    "sw/p0.vlan.set: there is no option 'pvid'; the options are id, state, neighSuppress, mcastRouter, mcastMaxGroups",
  ],
  [
    'a device that is no port',
    ({ a }) => a.interface().vlan.add({ id: 10 }),
    'a/eth0.vlan.add: a/eth0 is neither a bridge nor a port of one: only these have VLANs',
  ],
  [
    'an entry of a VLAN that there is not',
    ({ sw, p0 }) => sw.fdb.add('02:00:00:00:dd:01', p0, { vlan: 0 }),
    'sw.fdb.add: vlan must be a whole number from 1 to 4094: received 0',
  ],
  [
    'a default pvid that there is not',
    ({ sw }) => sw.set({ vlanDefaultPvid: 4095 }),
    'sw/br0.set: vlanDefaultPvid must be a whole number from 0 to 4094: received 4095',
  ],
])('before the kernel is asked: %s', ([, call, message], { lab }) => {
  expect(() => call(build(lab))).toThrow(new UsageError(message));
});
