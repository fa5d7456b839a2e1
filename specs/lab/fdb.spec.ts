import { expect, type Namespace, test } from 'hairpin';
import { read } from './referee.ts';

interface Shown {
  mac: string;
  ifname: string;
  state: string;
  vlan?: number;
  master?: string;
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
