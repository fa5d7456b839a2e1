import { expect, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { read, refusal } from './referee.ts';

const ALL = '00:00:00:00:00:00';

interface Shown {
  mac: string;
  dst?: string;
  port?: number;
  vni?: number;
  viaIf?: string;
  state: string;
}

async function shown(ns: Namespace, mac = ALL): Promise<Shown[]> {
  const all = await read<Shown>(ns, 'bridge', ['-j', 'fdb', 'show', 'dev', 'vxlan0']);
  return all.filter((entry) => entry.mac === mac);
}

// a, b, c: vxlan0 ┄ eth0 ── sw
/** At 192.0.2.1 to 3. No end knows another yet. */
function build(lab: Lab) {
  const sw = lab.switch('sw', { subnets: ['192.0.2.0/24'] });
  const ends = ['a', 'b', 'c'].map((name) => {
    const ns = lab.namespace(name);
    lab.cable(ns, sw);
    return { ns, vx: ns.link('vxlan', { id: 7 }) };
  });
  return ends as [(typeof ends)[0], (typeof ends)[0], (typeof ends)[0]];
}

describeNeeding(['vxlan'], () => {
  test('several remote ends get a copy each of what is for all', async ({ lab }) => {
    const [a, b, c] = build(lab);
    a.vx.fdb.add({ mac: ALL, dst: '192.0.2.2' });
    a.vx.fdb.append({ mac: ALL, dst: '192.0.2.3' });
    expect(await shown(a.ns)).toMatchObject([{ dst: '192.0.2.2' }, { dst: '192.0.2.3' }]);
    for (const { vx } of [b, c]) vx.fdb.add({ mac: ALL, dst: '192.0.2.1' });
    await expect(a.ns).toReach(b.vx);
    await expect(a.ns).toReach(c.vx, { family: 6 });
    await expect(b.ns).not.toReach(c.vx, { because: 'lost' });

    a.vx.fdb.delete({ mac: ALL, dst: '192.0.2.3' });
    expect(await shown(a.ns)).toMatchObject([{ dst: '192.0.2.2' }]);
  });

  test('a static entry says all that iproute2 shows', async ({ lab }) => {
    const [{ ns, vx }] = build(lab);
    const mac = '02:00:00:00:dd:01';
    const via = ns.interface('eth0');
    vx.fdb.add({ mac, dst: '192.0.2.9', port: 4790, vni: 8, via });
    expect(await shown(ns, mac)).toEqual([
      expect.objectContaining({ dst: '192.0.2.9', port: 4790, vni: 8, viaIf: 'eth0', state: 'permanent' }),
    ]);
    expect(vx.fdb.list()).toEqual([{ mac, dynamic: false, dst: '192.0.2.9', port: 4790, vni: 8, via }]);
    vx.fdb.replace({ mac, dst: '192.0.2.2', dynamic: true });
    expect(vx.fdb.list()).toEqual([{ mac, dynamic: true, dst: '192.0.2.2' }]);
    vx.fdb.delete({ mac });
    expect(await shown(ns, mac)).toEqual([]);
  });

  test('without learning, frames go where the entry of an address says', async ({ lab }) => {
    const [a, b, c] = build(lab);
    for (const { ns, vx } of [b, c]) {
      vx.fdb.add({ mac: a.vx.mac, dst: '192.0.2.1' });
      ns.neighbour.add({ to: '10.0.0.1', lladdr: a.vx.mac, dev: vx });
      vx.set({ macLearning: false });
    }
    a.vx.set({ macLearning: false });
    const [address = ''] = b.vx.address.list().map((own) => own.address);
    a.ns.neighbour.add({ to: address, lladdr: b.vx.mac, dev: a.vx });
    b.ns.neighbour.add({ to: a.vx.address.list()[0]?.address ?? '', lladdr: a.vx.mac, dev: b.vx });
    a.vx.fdb.add({ mac: b.vx.mac, dst: '192.0.2.2' });
    await expect(a.ns).toReach(b.vx);
    a.vx.fdb.replace({ mac: b.vx.mac, dst: '192.0.2.3' });
    await expect(a.ns).not.toReach(b.vx);
  });

  test('what the device learnt is on the list', async ({ lab }) => {
    const [a, b] = build(lab);
    a.vx.set({ remote: '192.0.2.2' });
    b.vx.set({ remote: '192.0.2.1' });
    await expect(a.ns).toReach(b.vx);
    expect(a.vx.fdb.list()).toContainEqual({ mac: b.vx.mac, dst: '192.0.2.2', dynamic: true });
  });

  test('the kernel refuses a second entry, and to replace a group', ({ lab }) => {
    const [{ vx }] = build(lab);
    vx.fdb.add({ mac: ALL, dst: '192.0.2.2' });
    expect(refusal(() => vx.fdb.add({ mac: ALL, dst: '192.0.2.2' }))).toMatch(
      /^bridge -n a fdb add 00:00:00:00:00:00 dev vxlan0 self dst 192.0.2.2 local: EEXIST .*\n {2}usual cause: the address has an entry already/,
    );
    expect(refusal(() => vx.fdb.replace({ mac: ALL, dst: '192.0.2.3' }))).toContain('cannot be replaced');
    expect(refusal(() => vx.fdb.append({ mac: ALL, dst: 'fd00::3' }))).toContain('dst must have the IP version');
  });

  test.for<[entry: unknown, message: string]>([
    [{ mac: 'x', dst: '192.0.2.2' }, "mac must be a MAC address such as 02:00:00:00:00:01: received 'x'"],
    [{ mac: ALL }, `either dst or nhid must be given: received { mac: '${ALL}' }`],
    [{ mac: ALL, dst: 'b' }, "dst must be an IP address such as 10.0.0.1 or fd00::1: received 'b'"],
    [{ mac: ALL, dst: '192.0.2.2', port: 0 }, 'port must be a whole number from 1 to 65535: received 0'],
    [{ mac: ALL, dst: '192.0.2.2', vni: -1 }, 'vni must be a whole number from 0 to 16777215: received -1'],
    [{ mac: ALL, dst: '192.0.2.2', via: 'eth0' }, "via must be an interface of a: received 'eth0'"],
    [{ mac: ALL, dst: '192.0.2.2', dynamic: 1 }, 'dynamic must be true or false: received 1'],
    [
      { mac: ALL, remote: '192.0.2.2' },
      "there is no option 'remote'; the options are mac, dst, port, vni, srcVni, via, nhid, dynamic, externLearn, router",
    ],
  ])('fdb.add(%o): %s', ([entry, message], { lab }) => {
    const [{ vx }] = build(lab);
    expect(() => vx.fdb.add(entry as never)).toThrow(new UsageError(`a/vxlan0.fdb.add: ${message}`));
  });
});

// ns1 ── br0 (leaf1) vxlan0 ┄ leaf1 ── leaf2 ┄ vxlan0 (leaf2) eth1 ── ns2
test('a vxlan is a port of a bridge, and hosts behind it reach each other', async ({ lab }) => {
  const [leaf1, leaf2] = [lab.namespace('leaf1'), lab.namespace('leaf2')];
  lab.cable(leaf1, leaf2, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  const hosts = await Promise.all(
    [leaf1, leaf2].map(async (leaf, at) => {
      await leaf.exec('ip', ['link', 'add', 'br0', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
      const br0 = leaf.interface('br0');
      const host = lab.namespace(`ns${at + 1}`);
      const { b: port } = lab.cable(host, leaf, { a: { address: `10.9.0.${at + 1}/24` }, b: { address: false } });
      const vx = leaf.link('vxlan', { id: 7, address: false });
      vx.fdb.append({ mac: ALL, dst: `192.0.2.${2 - at}` });
      for (const device of [port, vx]) device.set({ master: br0 });
      return { host, vx };
    }),
  );
  const [one, two] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
  await expect(one.host).toReach(two.host);
  two.vx.set({ master: false });
  await expect(one.host).not.toReach(two.host, { because: 'lost' });
});
