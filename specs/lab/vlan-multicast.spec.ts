import { createLab, expect, type Lab, type Namespace, type Port, test, UsageError } from 'hairpin';
import { parse } from 'yaml';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { rebuild } from '../report/rebuild.ts';
import { read, refusal } from './referee.ts';

// a ── p0 (sw), in VLANs 10 to 12
function build(lab: Lab) {
  const sw = lab.switch('sw', { vlanFiltering: true, mcastSnooping: true, mcastVlanSnooping: true });
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  port.vlan.add({ id: '10-12' });
  return sw;
}

interface Row {
  ifname: string;
  vlans: Record<string, unknown>[];
}

// a ── p0 (sw), in VLANs 10 to 12; x ── y (br1) of host, in VLAN 20
function change(lab: Lab): void {
  const sw = build(lab);
  const [host, x] = [lab.namespace('host'), lab.namespace('x')];
  const br1 = host.bridge({ name: 'br1', vlanFiltering: true, mcastSnooping: true });
  const { b: y } = lab.cable(x, host, { b: { name: 'y', address: false } });
  y.set({ master: br1 });
  y.vlan.add({ id: 20 });
  sw.vlanMulticast.set({ id: '10-11', mcastQuerier: true, mcastIgmpVersion: 3, mcastQueryInterval: 50 });
  sw.vlanMulticast.set({ id: 12, mcastSnooping: false, mcastMembershipInterval: 99.5 });
  // They are kept while the bridge has no mcastVlanSnooping.
  br1.vlanMulticast.set({ id: 20, mcastMldVersion: 2 });
}

/** What `bridge vlan global` shows of both bridges. */
async function shown({ namespaces }: Lab): Promise<unknown[]> {
  const of = async (name: string, bridge: string) => {
    const namespace = namespaces.find((each) => each.name === name) as Namespace;
    return settingsIn(await read<Row>(namespace, 'bridge', ['-j', 'vlan', 'global', 'show', 'dev', bridge]));
  };
  return [await of('sw', 'br0'), await of('host', 'br1')];
}

/** Without what a bridge knows of queriers. */
function settingsIn(rows: Row[]): unknown {
  return rows.map(({ vlans }) => vlans.map(({ querier_state: _, ...settings }) => settings));
}

/** The mode of each VLAN of a port, or of a bridge, as `bridge -d vlan` shows it. */
async function routersOf(namespace: Namespace, device: string): Promise<unknown> {
  return modesIn(await read<Row>(namespace, 'bridge', ['-j', '-d', 'vlan', 'show', 'dev', device]));
}

/** `bridge` shows VLANs in a row that are alike as one. */
function modesIn(rows: Row[]): unknown[] {
  return rows.flatMap(({ vlans }) =>
    vlans.flatMap(({ vlan, vlanEnd = vlan, mcast_router }) =>
      Array.from({ length: Number(vlanEnd) - Number(vlan) + 1 }, () => mcast_router),
    ),
  );
}

describeNeeding([VLAN_FILTERING], () => {
  test('VLANs have the multicast settings that bridge vlan global shows', async ({ lab }) => {
    const sw = build(lab);
    const settings = {
      ...{ mcastSnooping: false, mcastQuerier: true, mcastIgmpVersion: 3, mcastMldVersion: 2 },
      ...{
        mcastLastMemberCount: 5,
        mcastLastMemberInterval: 2,
        mcastStartupQueryCount: 4,
        mcastStartupQueryInterval: 9,
      },
      ...{
        mcastMembershipInterval: 100,
        mcastQuerierInterval: 101,
        mcastQueryInterval: 50,
        mcastQueryResponseInterval: 6,
      },
    };
    sw.vlanMulticast.set({ id: '10-11', ...settings });
    sw.vlanMulticast.set({ id: 12, mcastIgmpVersion: 3 });
    const rows = await read<Row>(sw, 'bridge', ['-j', 'vlan', 'global', 'show', 'dev', 'br0']);
    expect(rows[0]?.vlans.find(({ vlan }) => vlan === 10)).toMatchObject({
      ...{ vlan: 10, vlanEnd: 11, mcast_snooping: 0, mcast_querier: 1, mcast_igmp_version: 3, mcast_mld_version: 2 },
      ...{ mcast_last_member_count: 5, mcast_last_member_interval: 200, mcast_startup_query_count: 4 },
      ...{ mcast_startup_query_interval: 900, mcast_membership_interval: 10_000, mcast_querier_interval: 10_100 },
      ...{ mcast_query_interval: 5000, mcast_query_response_interval: 600 },
    });
    const [ten, eleven, twelve] = [10, 11, 12].map((id) => sw.vlanMulticast.list().find((each) => each.id === id));
    expect([ten, eleven]).toEqual([
      { id: 10, ...settings },
      { id: 11, ...settings },
    ]);
    expect(twelve).toMatchObject({ id: 12, mcastSnooping: true, mcastQuerier: false, mcastIgmpVersion: 3 });
    expect(sw.br0.vlanMulticast.list()).toEqual(sw.vlanMulticast.list());
  });

  test('a saved lab has the settings that were changed', async ({ lab }) => {
    change(lab);
    const saved = lab.save();
    const { namespaces, links } = parse(saved);
    expect(namespaces.sw.vlanMulticast).toEqual([
      { id: '10-11', mcastQuerier: true, mcastIgmpVersion: 3, mcastQueryInterval: 50 },
      { id: 12, mcastSnooping: false, mcastMembershipInterval: 99.5 },
    ]);
    expect(links.find(({ name }: { name?: string }) => name === 'host/br1')?.vlanMulticast).toEqual([
      { id: 20, mcastMldVersion: 2 },
    ]);
    expect(saved).not.toContain('Left out');
    await using other = createLab();
    await other.load({ text: saved });
    expect(await shown(other)).toEqual(await shown(lab));
    expect(other.save()).toBe(saved);
  });

  test('a script and state.txt say the settings that were changed', async ({ lab }) => {
    change(lab);
    const state = readLab(lab);
    const script = labScript(state);
    expect(script.match(/^.* vlan global set .*$/gm)).toEqual([
      'bridge -n sw vlan global set vid 10-11 dev br0 mcast_querier 1 mcast_igmp_version 3 mcast_query_interval 5000',
      'bridge -n sw vlan global set vid 12 dev br0 mcast_snooping 0 mcast_membership_interval 9950',
      'bridge -n host vlan global set vid 20 dev br1 mcast_mld_version 2',
    ]);
    expect(script).not.toContain('Left out');
    const { exitCode, output } = await rebuild(
      `${script}bridge -n sw -j vlan global show dev br0; bridge -n host -j vlan global show dev br1\n`,
    );
    expect(exitCode, output).toBe(0);
    expect(output.match(/^\[.*\]$/gm)?.map((line) => settingsIn(JSON.parse(line)))).toEqual(await shown(lab));
    const [text] = state.namespaces.flatMap((each) => (each.name === 'sw' ? [stateText(state, each)] : []));
    expect(text).toContain(`
  multicast settings of VLANs
    vid 10-11 dev br0 mcast_querier 1 mcast_igmp_version 3 mcast_query_interval 5000
    vid 12 dev br0 mcast_snooping 0 mcast_membership_interval 9950
`);
  });

  test('a port is a router of the multicast of VLANs, as bridge -d vlan shows it', async ({ lab }) => {
    const sw = build(lab);
    const port = sw.ports[0] as Port;
    port.vlan.set({ id: 10, state: 'learning' });
    port.vlan.set({ id: '10-11', mcastRouter: 2 });
    sw.br0.vlan.set({ id: 1, mcastRouter: 0 });
    const ofPort = await routersOf(sw, 'p0');
    expect(ofPort).toEqual([1, 2, 2, 1]);
    expect(await routersOf(sw, 'br0')).toEqual([0]);
    const flags = { pvid: false, untagged: false };
    expect(port.vlan.list().slice(1)).toEqual([
      { id: 10, ...flags, state: 'learning', mcastRouter: 2 },
      { id: 11, ...flags, mcastRouter: 2 },
      { id: 12, ...flags },
    ]);
    await expect(port).toHaveVlan({ id: 11, mcastRouter: 2 });
    await expect(port).not.toHaveVlan({ id: 12, mcastRouter: 2 }, { hold: 0 });
    const saved = lab.save();
    await using other = createLab();
    await other.load({ text: saved });
    const copy = other.namespaces.find(({ name }) => name === 'sw') as Namespace;
    expect([await routersOf(copy, 'p0'), await routersOf(copy, 'br0')]).toEqual([ofPort, [0]]);
    expect(other.save()).toBe(saved);
    const state = readLab(lab);
    const script = labScript(state);
    expect(script.match(/^.* mcast_router .*$/gm)).toEqual([
      'bridge -n sw vlan set vid 1 dev br0 mcast_router 0',
      'bridge -n sw vlan set vid 10 dev p0 mcast_router 2',
      'bridge -n sw vlan set vid 11 dev p0 mcast_router 2',
    ]);
    const { exitCode, output } = await rebuild(`${script}bridge -n sw -d -j vlan show dev p0\n`);
    expect(exitCode, output).toBe(0);
    expect(/^\[.*\]$/m.exec(output)?.map((line) => modesIn(JSON.parse(line)))).toEqual([ofPort]);
    expect(state.namespaces.map((each) => stateText(state, each)).join('')).toContain(
      '1 pvid untagged, 10 state learning mcast_router 2, 11 mcast_router 2, 12\n',
    );
    port.vlan.set({ id: '10-11', mcastRouter: 1 });
    expect(await routersOf(sw, 'p0')).toEqual([1, 1, 1, 1]);
  });

  test('where a kernel has no limit of groups of a VLAN, it is refused', ({ lab, skip }) => {
    const port = build(lab).ports[0] as Port;
    skip(port.settings.mcastMaxGroups !== undefined, 'this kernel has mcast_max_groups of VLANs (Linux 6.3)');
    expect(() => port.vlan.set({ id: 10, mcastMaxGroups: 7 })).toThrow(
      /^bridge -n sw vlan set vid 10 dev p0 mcast_max_groups 7: EINVAL .*usual cause: mcast_max_groups of a VLAN came with Linux 6\.3, and needs the bridge's mcastVlanSnooping \(br_vlan_process_one_opts\)$/s,
    );
  });

  test('a port joins no more groups of a VLAN than mcastMaxGroups', async ({ lab, skip }) => {
    const sw = build(lab);
    const { b: port } = lab.cable(lab.switch('silent'), sw);
    skip(port.settings.mcastMaxGroups === undefined, 'needs Linux 6.3, for mcastMaxGroups');
    port.vlan.add({ id: '10-11' });
    port.vlan.set({ id: 10, mcastMaxGroups: 1 });
    const join = (vlan: string, group: string) =>
      sw.exec('bridge', ['mdb', 'add', 'dev', 'br0', 'port', port.name, 'grp', group, 'permanent', 'vid', vlan]);
    await join('10', '239.1.1.1');
    await expect(join('10', '239.1.1.2')).rejects.toThrow('mcast_max_groups');
    await join('11', '239.1.1.2');
    await expect(port).toHaveVlan({ id: 10, mcastMaxGroups: 1 });
    const saved = lab.save();
    await using other = createLab();
    await other.load({ text: saved });
    expect(other.save()).toBe(saved);
    expect(labScript(readLab(lab))).toContain(`mcast_max_groups of VLAN 10 of sw/${port.name}`);
    port.vlan.set({ id: 10, mcastMaxGroups: 0 });
    await join('10', '239.1.1.2');
  });

  test('wrong settings are refused', ({ lab }) => {
    const sw = build(lab);
    expect(refusal(() => sw.vlanMulticast.set({ id: 20, mcastQuerier: true }))).toMatch(
      /^bridge -n sw vlan global set vid 20 dev br0 mcast_querier 1: ENOENT .*\n {2}usual cause: neither sw\/br0 nor one of its ports is in each of these VLANs$/s,
    );
    expect(() => sw.vlanMulticast.set({ id: 10, mcastIgmpVersion: 4 })).toThrow(
      new UsageError('sw.vlanMulticast.set: mcastIgmpVersion must be a whole number from 2 to 3: received 4'),
    );
    expect(() => sw.vlanMulticast.set({ id: 10 })).toThrow(
      /^sw\.vlanMulticast\.set: one of mcastSnooping, .* must be given$/,
    );
  });
});
