import { expect, KernelError, type Namespace, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engine.ts';
import { bridgeVlan, bridgeVlanOptions } from '../../lib/netlink/bridge-vlan.ts';
import { bridgeMdb } from '../../lib/netlink/mdb.ts';
import { read } from '../lab/referee.ts';

interface ShownMdb {
  mdb: { dev: string; port: string; grp: string; state: string; vid?: number }[];
}

async function permanentMdb(namespace: Namespace): Promise<ShownMdb['mdb']> {
  const [shown] = await read<ShownMdb>(namespace, 'bridge', ['-j', 'mdb', 'show']);
  return (shown?.mdb ?? []).filter(({ state }) => state === 'permanent');
}

// a eth0 ── p0 sw
test('entries of the multicast database are made, read and deleted as bridge mdb has them', async ({ lab }) => {
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
  const listed = () =>
    engineOf(sw)
      .rtnetlink.list(bridgeMdb.all())
      .flatMap(({ entries }) => entries);
  expect(listed().filter(({ state }) => state === 'permanent')).toEqual(
    expect.arrayContaining(groups.map((group) => ({ ...entry(group), vid: 0 }))),
  );
  engineOf(sw).rtnetlink.change(...groups.map((group) => bridgeMdb.delete(entry(group))));
  expect(await permanentMdb(sw)).toEqual([]);
  // What an error would say, bridge takes as well.
  const names = { namespace: 'sw', device: (index: number) => (index === port.index ? 'p0' : 'br0'), netns: String };
  for (const request of requests) await sw.exec('bridge', request.words(names).split(' ').slice(3));
  expect(await permanentMdb(sw)).toEqual(shown);
});

// a eth0 ── p0 sw
test('VLANs of ports are made, read and deleted as bridge vlan has them', async ({ lab, skip }) => {
  const sw = lab.switch('sw');
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  const tagged = { index: port.index, id: 10 };
  const untagged = { index: port.index, id: 20, pvid: true, untagged: true };
  try {
    engineOf(sw).rtnetlink.change(bridgeVlan.add(tagged));
  } catch (error) {
    const isMissing = error instanceof KernelError && error.code === 'EOPNOTSUPP';
    skip(isMissing, 'needs CONFIG_BRIDGE_VLAN_FILTERING');
    throw error;
  }
  const ofBridge = { index: engineOf(sw).bridge, id: 30, self: true };
  engineOf(sw).rtnetlink.change(bridgeVlan.add(untagged), bridgeVlan.add(ofBridge));
  interface Shown {
    ifname: string;
    vlans: { vlan: number; flags?: string[] }[];
  }
  const shown = async (name: string) => {
    const all = await read<Shown>(sw, 'bridge', ['-j', 'vlan', 'show']);
    return all.find(({ ifname }) => ifname === name)?.vlans.map(({ vlan, flags = [] }) => [vlan, ...flags]);
  };
  const listed = (index: number) =>
    engineOf(sw)
      .rtnetlink.list(bridgeVlan.all())
      .find((each) => each.index === index)?.vlans;
  // A new port is in VLAN 1 (br_vlan_add, default_pvid); another VLAN takes the pvid away from it.
  expect(await shown('p0')).toEqual([[1, 'Egress Untagged'], [10], [20, 'PVID', 'Egress Untagged']]);
  expect(listed(port.index)).toEqual([
    { id: 1, pvid: false, untagged: true },
    { id: 10, pvid: false, untagged: false },
    { id: 20, pvid: true, untagged: true },
  ]);
  expect(await shown('br0')).toEqual([[1, 'PVID', 'Egress Untagged'], [30]]);
  expect(listed(engineOf(sw).bridge)?.map(({ id }) => id)).toEqual([1, 30]);
  // Their states.
  const states = (of: number) =>
    engineOf(sw)
      .rtnetlink.list(bridgeVlanOptions.all())
      .find(({ index }) => index === of)
      ?.vlans.filter(({ state }) => state !== 'forwarding');
  for (const { index } of [port, sw.br0]) expect(states(index)).toEqual([]);
  engineOf(sw).rtnetlink.change(bridgeVlanOptions.change({ index: port.index, id: 10, state: 'blocking' }));
  expect(states(port.index)).toEqual([
    expect.objectContaining({ first: 10, last: 10, pvid: false, state: 'blocking' }),
  ]);
  interface Detailed {
    ifname: string;
    vlans: { vlan: number; state?: string }[];
  }
  const detailed = await read<Detailed>(sw, 'bridge', ['-j', '-d', 'vlan', 'show', 'dev', 'p0']);
  expect(detailed[0]?.vlans.find(({ vlan }) => vlan === 10)?.state).toBe('blocking');
  engineOf(sw).rtnetlink.change(bridgeVlan.delete(untagged));
  expect((await shown('p0'))?.map(([vlan]) => vlan)).toEqual([1, 10]);
  const names = { namespace: 'sw', device: () => 'p0', netns: String };
  await sw.exec('bridge', bridgeVlan.add(untagged).words(names).split(' ').slice(3));
  expect(await shown('p0')).toEqual([[1, 'Egress Untagged'], [10], [20, 'PVID', 'Egress Untagged']]);
});
