import { expect, type Namespace, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { bridgeVlan } from '../../lib/netlink/bridge/bridge-vlan.ts';
import { bridgeMdb } from '../../lib/netlink/bridge/mdb.ts';
import { read } from '../lab/referee.ts';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';

interface ShownMdb {
  mdb: { dev: string; port: string; grp: string; state: string; vid?: number }[];
}

async function permanentMdb(namespace: Namespace): Promise<ShownMdb['mdb']> {
  const [shown] = await read<ShownMdb>(namespace, 'bridge', ['-j', 'mdb', 'show']);
  return (shown?.mdb ?? []).filter(({ state }) => state === 'permanent');
}

// a eth0 ── p0 sw
test('bridge takes the words that an error would say of an entry of the multicast database', async ({ lab }) => {
  const sw = lab.switch('sw', { mcastSnooping: true });
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  const entry = (group: string) => ({
    bridge: engineOf(sw).bridge,
    port: port.index,
    group,
    state: 'permanent' as const,
  });
  const groups = ['239.1.1.1', 'ff15::1', '01:00:00:00:00:07'];
  const requests = groups.map((group) => bridgeMdb.add(entry(group)));
  engineOf(sw).rtnetlink.change(...requests);
  const shown = expect.arrayContaining(groups.map((grp) => expect.objectContaining({ dev: 'br0', port: 'p0', grp })));
  expect(await permanentMdb(sw)).toEqual(shown);
  engineOf(sw).rtnetlink.change(...groups.map((group) => bridgeMdb.delete(entry(group))));
  expect(await permanentMdb(sw)).toEqual([]);
  const names = { namespace: 'sw', device: (index: number) => (index === port.index ? 'p0' : 'br0'), netns: String };
  for (const request of requests) await sw.exec('bridge', request.words(names).split(' ').slice(3));
  expect(await permanentMdb(sw)).toEqual(shown);
});

interface ShownVlans {
  ifname: string;
  vlans: { vlan: number; flags?: string[] }[];
}

describeNeeding([VLAN_FILTERING], () => {
  // a eth0 ── p0 sw
  test('and of a VLAN of a port', async ({ lab }) => {
    const sw = lab.switch('sw');
    const { index } = lab.cable(lab.namespace('a'), sw).b;
    const vlan = { index, id: 20, pvid: true, untagged: true };
    const request = bridgeVlan.add(vlan);
    const shown = async () => {
      const all = await read<ShownVlans>(sw, 'bridge', ['-j', 'vlan', 'show']);
      return all.find(({ ifname }) => ifname === 'p0')?.vlans.map(({ vlan: id, flags = [] }) => [id, ...flags]);
    };
    // A new port is in VLAN 1 (br_vlan_add, default_pvid); another VLAN takes the pvid away from it.
    const both = [
      [1, 'Egress Untagged'],
      [20, 'PVID', 'Egress Untagged'],
    ];
    engineOf(sw).rtnetlink.change(request);
    expect(await shown()).toEqual(both);
    engineOf(sw).rtnetlink.change(bridgeVlan.delete(vlan));
    expect((await shown())?.map(([id]) => id)).toEqual([1]);
    const names = { namespace: 'sw', device: () => 'p0', netns: String };
    await sw.exec('bridge', request.words(names).split(' ').slice(3));
    expect(await shown()).toEqual(both);
  });
});
