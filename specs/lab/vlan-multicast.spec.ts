import { expect, type Lab, test, UsageError } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
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
