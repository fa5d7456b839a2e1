import { expect, type Lab, test, UsageError } from 'hairpin';
import { EXCLUDE, INCLUDE, Snooping } from '../selftests/source-lists.ts';
import { read, refusal } from './referee.ts';

interface Shown {
  mdb: { dev: string; port: string; grp: string; state: string; vid?: number }[];
}

// a ── p0 (sw, which snoops) p1 ── b
function build(lab: Lab, options: Parameters<Lab['switch']>[1] = { mcastSnooping: true }) {
  const [sw, a, b] = [lab.switch('sw', options), lab.namespace('a'), lab.namespace('b')];
  return { sw, a, b, p0: lab.cable(a, sw).b, p1: lab.cable(b, sw).b };
}

async function shown({ sw }: ReturnType<typeof build>, group: string): Promise<string[]> {
  const [all] = await read<Shown>(sw, 'bridge', ['-j', 'mdb', 'show']);
  return (all?.mdb ?? []).filter(({ grp }) => grp === group).map(({ port, state }) => `${port} ${state}`);
}

test('entries are made, listed and deleted as bridge mdb has them', async ({ lab }) => {
  const net = build(lab);
  const { sw, p0, p1 } = net;
  for (const [group, own] of [
    ['239.1.1.1', 'temp'],
    ['ff15::1', 'temp'],
    ['01:00:00:00:00:07', 'permanent'],
  ] as const) {
    sw.mdb.add({ group, port: p0 });
    sw.mdb.add({ group, port: sw.br0 });
    expect(new Set(await shown(net, group)), group).toEqual(new Set([`br0 ${own}`, 'p0 permanent']));
    const listed = sw.mdb.list().filter((entry) => entry.group === group);
    expect(listed).toEqual(
      expect.arrayContaining([
        { group, port: p0, state: 'permanent', vlan: undefined },
        { group, port: sw.br0, state: own, vlan: undefined },
      ]),
    );
    sw.mdb.delete({ group, port: sw.br0 });
    expect(await shown(net, group), group).toEqual(['p0 permanent']);
  }
  sw.mdb.add({ group: '239.1.1.2', port: p1, state: 'temp' });
  expect(await shown(net, '239.1.1.2')).toEqual(['p1 temp']);
});

test('a host that joins a group has an entry at its port, until it leaves', async ({ lab }) => {
  const net = build(lab);
  const { sw, b, p1 } = net;
  // An IGMP report has to be heard; who leaves at such a port is forgotten at once.
  p1.set({ fastLeave: true });
  const member = b.join('239.1.1.1');
  await expect.poll(() => shown(net, '239.1.1.1')).toEqual(['p1 temp']);
  const addresses = await read<{ maddr: { family: string; address: string }[] }>(b, 'ip', [
    '-j',
    'maddress',
    'show',
    'dev',
    'eth0',
  ]);
  expect(addresses.flatMap(({ maddr }) => maddr)).toContainEqual(expect.objectContaining({ address: '239.1.1.1' }));
  expect(sw.mdb.list()).toContainEqual({ group: '239.1.1.1', port: p1, state: 'temp', vlan: undefined });
  member.leave();
  member.leave();
  await expect.poll(() => shown(net, '239.1.1.1')).toEqual([]);
  using six = b.join('ff15::7', { dev: 'eth0' });
  expect(six).toMatchObject({ group: 'ff15::7', device: b.interface() });
  await expect.poll(() => shown(net, 'ff15::7')).toEqual(['p1 temp']);
});

test('an entry of one source is made, listed and deleted as bridge mdb has it', async ({ lab }) => {
  const { sw, p0 } = build(lab, { mcastSnooping: true, mcastIgmpVersion: 3 });
  sw.mdb.add({ group: '239.1.1.1', port: p0, src: '192.0.2.1' });
  sw.mdb.add({ group: '239.1.1.1', port: p0 });
  const entries = async () => {
    const [all] = await read<{ mdb: { grp: string; src?: string }[] }>(sw, 'bridge', ['-j', 'mdb', 'show']);
    return (all?.mdb ?? []).filter(({ grp }) => grp === '239.1.1.1').map(({ src }) => src);
  };
  expect(new Set(await entries())).toEqual(new Set(['192.0.2.1', undefined]));
  expect(sw.mdb.list().map(({ src }) => src)).toContain('192.0.2.1');
  sw.mdb.delete({ group: '239.1.1.1', port: p0, src: '192.0.2.1' });
  expect(await entries()).toEqual([undefined]);
});

interface ShownSources {
  mdb: { grp: string; src?: string; filter_mode?: string; source_list?: { address: string }[]; flags: string[] }[];
}

test('what a host says of sources by IGMPv3 is listed as bridge mdb shows it', async ({ lab }) => {
  const group = '239.1.1.1';
  const net = new Snooping(lab, { version: 4, group, source: (id) => `192.0.2.${id}` });
  await net.begin();
  await net.report(net.member, INCLUDE, EXCLUDE);
  const [shown] = await read<ShownSources>(net.bridge.namespace, 'bridge', ['-d', '-j', 'mdb', 'show']);
  const wanted = (shown?.mdb ?? [])
    .filter(({ grp }) => grp === group)
    .map(({ src, filter_mode: filterMode, source_list: sources, flags }) => ({
      ...{ group, src, filterMode, sourceList: sources?.map(({ address }) => address) },
      blocked: flags.includes('blocked') || undefined,
    }));
  const listed = net.bridge.mdb.list().filter((entry) => entry.group === group);
  expect(listed).toEqual(wanted.map((entry) => expect.objectContaining(entry)));
  expect(listed.filter(({ blocked }) => blocked)).toHaveLength(2);
  expect(listed.find(({ src }) => src === undefined)?.sourceList).toHaveLength(4);
});

test('what the kernel refuses', ({ lab }) => {
  const { sw, p0 } = build(lab, {});
  expect(refusal(() => sw.mdb.add({ group: '239.1.1.1', port: p0 }))).toBe(
    'bridge -n sw mdb add dev br0 port p0 grp 239.1.1.1 permanent: EINVAL (invalid argument)\n' +
      '  usual cause: snooping is off, or the bridge is down: set({ mcastSnooping: true }) (br_mdb_add)',
  );
  sw.set({ mcastSnooping: true });
  sw.mdb.add({ group: '239.1.1.1', port: p0 });
  expect(refusal(() => sw.mdb.add({ group: '239.1.1.1', port: p0 }))).toContain('EEXIST');
});

test.for<[call: (net: ReturnType<typeof build>) => unknown, message: string]>([
  [
    ({ sw, p0 }) => sw.mdb.add({ group: '10.0.0.1', port: p0 }),
    "sw.mdb.add: group must be a group, such as 239.1.1.1, ff15::1 or 01:00:00:00:00:07: received '10.0.0.1'",
  ],
  [
    ({ sw, a }) => sw.mdb.delete({ group: 'ff15::1', port: a.interface() }),
    'sw.mdb.delete: port must be a port of sw, or its bridge: received a/eth0',
  ],
  [
    ({ sw, p0 }) => sw.mdb.add({ group: 'ff15::1', port: p0, state: 'static' as never }),
    "sw.mdb.add: state must be one of permanent, temp: received 'static'",
  ],
  [
    ({ sw, p0 }) => sw.mdb.delete({ group: '239.1.1.1', port: p0, src: 'fd00::1' }),
    "sw.mdb.delete: src must be the address of a host that sends to the group 239.1.1.1: received 'fd00::1'",
  ],
  [
    ({ sw, p0 }) => sw.mdb.add({ group: '239.1.1.1', port: p0, src: 'any' }),
    "sw.mdb.add: src must be an IP address such as 10.0.0.1 or fd00::1: received 'any'",
  ],
  [({ a }) => a.join('01:00:00:00:00:07'), "a.join: group must be an IP multicast group: received '01:00:00:00:00:07'"],
  [({ a }) => a.join('ff15::1', { port: 7 } as never), "a.join: there is no option 'port'; the options are dev"],
  [
    ({ a }) => a.join('ff15::1', a.interface() as never),
    'a.join: options must be an object such as { dev: … }: received an Interface eth0',
  ],
  [
    ({ a }) => {
      a.macvlan({ parent: a.interface(), name: 'm' });
      a.join('ff15::1');
    },
    'a.join: dev must be one of eth0, m: received undefined',
  ],
])('before the kernel is asked: %$ $1', ([call, message], { lab }) => {
  expect(() => call(build(lab))).toThrow(new UsageError(message));
});
