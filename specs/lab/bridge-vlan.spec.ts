import { expect, type Lab, test, UsageError } from 'hairpin';
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
    "sw/p0.vlan.add: id must be given: a VLAN from 1 to 4094, or several in a row, as in '100-199'",
  ],
  [
    'an id that there is not',
    ({ p0 }) => p0.vlan.add({ id: 4095 }),
    "sw/p0.vlan.add: id must be a VLAN from 1 to 4094, or several in a row, as in '100-199': received 4095",
  ],
  [
    'a range from its end',
    ({ sw }) => sw.br0.vlan.delete({ id: '20-10' }),
    "sw/br0.vlan.delete: id must be a VLAN from 1 to 4094, or several in a row, as in '100-199': received '20-10'",
  ],
  [
    'several pvids',
    ({ p0 }) => p0.vlan.add({ id: '10-20', pvid: true }),
    "sw/p0.vlan.add: pvid is one VLAN alone (br_process_vlan_info): received id '10-20'",
  ],
  [
    'an option that there is not',
    ({ p0 }) => p0.vlan.add({ id: 1, tagged: true } as never),
    "sw/p0.vlan.add: there is no option 'tagged'; the options are id, pvid, untagged",
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
