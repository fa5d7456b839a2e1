import { expect, type FdbOptions, type Namespace, test, UsageError } from 'hairpin';
import { read } from './referee.ts';

interface Shown {
  mac: string;
  ifname: string;
  state: string;
  vlan?: number;
  master?: string;
  flags: string[];
}

async function shown(sw: Namespace, mac: string): Promise<Shown[]> {
  const entries = await read<Shown>(sw, 'bridge', ['-j', 'fdb', 'show', 'br', 'br0']);
  // A kernel with CONFIG_BRIDGE_VLAN_FILTERING adds an entry for each VLAN of the port beside it (`br_fdb_add`).
  return entries.filter((entry) => entry.mac === mac && entry.vlan === undefined);
}

// a eth0 ── p0 sw p1 ── eth0 b
test('a switch lists what it learnt, and where', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device, b: port } = lab.cable(a, sw);
  const { b: other } = lab.cable(b, sw);
  await expect(a).toReach(b);
  expect(await shown(sw, device.mac)).toMatchObject([{ ifname: 'p0', master: 'br0', state: '' }]);
  expect(sw.fdb.list()).toContainEqual(
    expect.objectContaining({ device: port.index, mac: device.mac, permanent: false, local: false, port }),
  );
  expect(sw.fdb.list()).toContainEqual(
    expect.objectContaining({ device: other.index, mac: other.mac, permanent: true, local: true, port: other }),
  );
});

// a eth0 ── p0 sw p1 ── eth0 b
test('a static entry is added, moved to another port, and deleted', async ({ lab }) => {
  const sw = lab.switch('sw');
  // An address that nobody has: one that speaks would be learnt anew.
  const mac = '02:00:00:00:dd:01';
  const { b: first } = lab.cable(lab.namespace('a'), sw);
  const { b: second } = lab.cable(lab.namespace('b'), sw);
  sw.fdb.add(mac, first);
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p0', master: 'br0', state: 'static' }]);
  sw.fdb.add(mac, second);
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p1', master: 'br0', state: 'static' }]);
  expect(sw.fdb.list()).toContainEqual(
    expect.objectContaining({ device: second.index, mac, permanent: true, local: false, port: second }),
  );
  sw.fdb.delete(mac, second);
  expect(await shown(sw, mac)).toEqual([]);
});

// a eth0 ── p0 sw p1 ── eth0 b
test('an entry is kept as it was said, as bridge fdb shows it', async ({ lab }) => {
  const sw = lab.switch('sw');
  const { b: p0 } = lab.cable(lab.namespace('a'), sw);
  const { b: p1 } = lab.cable(lab.namespace('b'), sw);
  const mac = '02:00:00:00:dd:01';
  sw.fdb.add(mac, p0, { dynamic: true });
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p0', flags: [], state: '' }]);
  sw.fdb.replace(mac, p1, { externLearn: true });
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p1', flags: ['extern_learn'], state: '' }]);
  expect(sw.fdb.list()).toContainEqual(
    expect.objectContaining({ mac, port: p1, externLearn: true, permanent: false, local: false }),
  );
  sw.fdb.delete(mac, p1);
  sw.fdb.replace(mac, p0, { sticky: true });
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p0', flags: ['sticky'], state: 'static' }]);
  sw.fdb.replace(mac, p1, { local: true });
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p1', flags: [], state: 'permanent' }]);
  sw.fdb.delete(mac, p1);
  sw.fdb.add(mac, p0, { use: true });
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'p0', flags: [], state: '' }]);
  sw.fdb.replace(mac, sw.br0);
  expect(await shown(sw, mac)).toMatchObject([{ ifname: 'br0', state: 'permanent' }]);
  sw.fdb.delete(mac, sw.br0);
  expect(await shown(sw, mac)).toEqual([]);
});

// a eth0 ── p0 sw p1 ── eth0 b
test('an entry of a control plane moves to where its address is heard, and is then a learnt one', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0, b: p0 } = lab.cable(a, sw);
  const { b: p1 } = lab.cable(b, sw);
  sw.fdb.replace(eth0.mac, p1, { externLearn: true });
  await expect(a).toReach(b);
  expect(await shown(sw, eth0.mac)).toMatchObject([{ ifname: 'p0', flags: [], state: '' }]);
  expect(sw.fdb.list()).toContainEqual(expect.objectContaining({ mac: eth0.mac, port: p0, permanent: false }));
});

// a eth0 ── p0 sw
test.for<[at: 'p0' | 'br0', options: FdbOptions, message: string]>([
  [
    'p0',
    { local: true, externLearn: true },
    'an entry takes one of dynamic, local, externLearn, use: received local, externLearn',
  ],
  [
    'p0',
    { sticky: true, externLearn: true },
    'sticky belongs to an entry that is static or dynamic: received sticky, externLearn',
  ],
  ['br0', { dynamic: true }, 'an entry of the bridge itself is local: received dynamic'],
  ['br0', { sticky: true }, 'an entry of the bridge itself is local: received sticky'],
  ['br0', { local: false }, 'an entry of the bridge itself is local: received local: false'],
  ['p0', { externLearn: 1 as never }, 'externLearn must be true or false: received 1'],
])('fdb.replace of %s, %o: %s', ([at, options, message], { lab }) => {
  const sw = lab.switch('sw');
  const { b: p0 } = lab.cable(lab.namespace('a'), sw);
  const call = () => sw.fdb.replace('02:00:00:00:dd:01', at === 'p0' ? p0 : sw.br0, options);
  expect(call).toThrow(new UsageError(`sw.fdb.replace: ${message}`));
});
