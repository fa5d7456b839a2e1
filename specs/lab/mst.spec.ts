import { createLab, expect, type Lab, test, UsageError } from 'hairpin';
import { parse } from 'yaml';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { diagnosed } from '../diagnosis/diagnosed.ts';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { read } from './referee.ts';

// a ── p0 (sw) p1 ── b, with a VLAN device for each of VLANs 10 and 20 at both
function build(lab: Lab) {
  const sw = lab.switch('sw', { vlanFiltering: true, mstEnabled: true });
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const [p0, p1] = [lab.cable(a, sw).b, lab.cable(b, sw).b];
  for (const port of [p0, p1]) port.vlan.add({ id: '10-20' });
  return { sw, a, b, p0, p1 };
}

interface Shown {
  ifname: string;
  vlans: { vlan: number; vlanEnd?: number; state: string }[];
}

/** The states of VLANs 1, 10 and 20 at a port. */
async function statesAt({ sw }: Pick<ReturnType<typeof build>, 'sw'>, port: string): Promise<(string | undefined)[]> {
  const all = await read<Shown>(sw, 'bridge', ['-j', '-d', 'vlan', 'show', 'dev', port]);
  const stateOf = (id: number) => all[0]?.vlans.find(({ vlan, vlanEnd = vlan }) => vlan <= id && id <= vlanEnd)?.state;
  return [1, 10, 20].map(stateOf);
}

const listed = ({ sw }: Pick<ReturnType<typeof build>, 'sw'>) =>
  sw.mst
    .list()
    .map(({ msti, vlans, states }) => [
      msti,
      vlans.length,
      ...states.map(({ port, state }) => `${port.name} ${state}`),
    ]);

describeNeeding([VLAN_FILTERING, 'vlan'], () => {
  test('VLANs of an instance have its state at each port, as bridge -d vlan shows them', async ({ lab }) => {
    const net = build(lab);
    const { sw, p0, p1 } = net;
    expect(listed(net)).toEqual([[0, 12, 'p0 forwarding', 'p1 forwarding']]);
    // An instance that is new at a port begins disabled.
    sw.mst.add({ msti: 1, id: '10-19' });
    for (const port of ['p0', 'p1'])
      expect(await statesAt(net, port)).toEqual(['forwarding', 'disabled', 'forwarding']);
    sw.mst.set({ msti: 1, port: p0, state: 'forwarding' });
    sw.mst.set({ msti: 1, port: p1, state: 'learning' });
    expect([await statesAt(net, 'p0'), await statesAt(net, 'p1')]).toEqual([
      ['forwarding', 'forwarding', 'forwarding'],
      ['forwarding', 'learning', 'forwarding'],
    ]);
    expect(listed(net)).toEqual([
      [0, 2, 'p0 forwarding', 'p1 forwarding'],
      [1, 10, 'p0 forwarding', 'p1 learning'],
    ]);
    // The state of the port is that of the common tree alone.
    p1.set({ state: 'disabled' });
    expect(await statesAt(net, 'p1')).toEqual(['disabled', 'learning', 'disabled']);
    sw.mst.add({ msti: 0, id: '10-19' });
    expect(await statesAt(net, 'p1')).toEqual(['disabled', 'disabled', 'disabled']);
    expect(() => p0.vlan.set({ id: 10, state: 'blocking' })).toThrow(
      /^bridge -n sw vlan set vid 10 dev p0 state blocking: EBUSY .*usual cause: while the bridge has mstEnabled or stp, its spanning trees set the states of VLANs \(br_vlan_modify_state\): use mst\.set, or switch stp off$/s,
    );
    expect(() => sw.mst.set({ msti: 3, port: p0, state: 'forwarding' })).toThrow(
      new UsageError(
        'sw.mst.set: no VLAN of sw/p0 is in instance 3 (br_mst_set_state): sw.mst.add({ msti: 3, id: … }) first',
      ),
    );
    expect(() => sw.mst.add({ msti: 1, id: 30 })).toThrow(
      /^bridge -n sw vlan global set vid 30 dev br0 msti 1: ENOENT .*usual cause: neither sw\/br0 nor one of its ports is in each of these VLANs$/s,
    );
  });

  test('what an instance keeps from a port is lost there, and the diagnosis says the instance', async ({ lab }) => {
    const { sw, a, b, p0, p1 } = build(lab);
    for (const [ns, at] of [
      [a, 1],
      [b, 2],
    ] as const)
      for (const id of [10, 20]) ns.vlan({ parent: ns.interface('eth0'), id, address: `10.${id}.0.${at}/24` });
    sw.mst.add({ msti: 7, id: 10 });
    sw.mst.set({ msti: 7, port: p0, state: 'forwarding' });
    await expect(a).toReach('10.20.0.2');
    const asked = () => expect(a).toReach('10.10.0.2', { within: 50 });
    expect(await diagnosed(asked())).toMatchObject({
      code: 'bridge.vlan-state',
      facts: { port: 'sw/p1', id: 10, state: 'disabled', side: 'out', msti: 7 },
      lastSeen: 'sw/p0',
    });
    expect(await explanationOf(asked())).toContain(
      `sw/p1 sends nothing of VLAN 10: the state of the VLAN there is disabled, as of MSTI 7
Hint: mst.set({ msti: 7, port, state: 'forwarding' }) on the bridge of sw/p1`,
    );
    sw.mst.set({ msti: 7, port: p1, state: 'forwarding' });
    await expect(a).toReach('10.10.0.2');
    // Each tree has its own way: now the common one is closed.
    p1.set({ state: 'disabled' });
    await expect(a).toReach('10.10.0.2');
    await expect(a).not.toReach('10.20.0.2', { droppedBy: 'bridge.vlan-state', at: p1 });
  });

  test('a saved lab has its instances again; a script leaves them out, and says so', async ({ lab }) => {
    const net = build(lab);
    const { sw, p0, p1 } = net;
    sw.mst.add({ msti: 1, id: '10-12' });
    sw.mst.add({ msti: 2, id: 20 });
    for (const msti of [1, 2]) sw.mst.set({ msti, port: p0, state: 'forwarding' });
    sw.mst.set({ msti: 2, port: p1, state: 'blocking' });
    await using other = createLab();
    const saved = lab.save();
    await other.load({ text: saved });
    const copy = other.namespaces.find(({ name }) => name === 'sw') as typeof sw;
    expect(listed({ sw: copy })).toEqual(listed(net));
    expect(other.save()).toBe(saved);
    expect(saved).not.toContain('Left out');
    // A file may say the states first.
    const { namespaces, links } = parse(saved);
    namespaces.sw.mst.reverse();
    await using turned = createLab();
    await turned.load({ text: JSON.stringify({ namespaces, links }) });
    expect(listed({ sw: turned.namespaces.find(({ name }) => name === 'sw') as typeof sw })).toEqual(listed(net));
    const script = labScript(readLab(lab));
    const later = '(from iproute2 6.11 on)';
    expect(script.match(/^# Left out: .*$/gm)).toEqual([
      '# Left out: mst_enabled 1 of sw/br0 (needs an iproute2 newer than 6.1)',
      `# Left out: bridge -n sw vlan global set vid 10-12 dev br0 msti 1 ${later}`,
      `# Left out: bridge -n sw vlan global set vid 20 dev br0 msti 2 ${later}`,
      `# Left out: bridge -n sw mst set dev p0 msti 1 state forwarding ${later}`,
      `# Left out: bridge -n sw mst set dev p0 msti 2 state forwarding ${later}`,
      `# Left out: bridge -n sw mst set dev p1 msti 1 state disabled ${later}`,
      `# Left out: bridge -n sw mst set dev p1 msti 2 state blocking ${later}`,
    ]);
    expect(script).not.toMatch(/^bridge .* state /m);
  });
});

describeNeeding([VLAN_FILTERING], () => {
  test('states that differ within an instance, or from that of their port, are comments in a saved lab', async ({
    lab,
  }) => {
    const net = build(lab);
    const { sw, p0, p1 } = net;
    sw.mst.add({ msti: 1, id: '10-11' });
    // A VLAN that comes to a port later has the state of the port (br_mst_vlan_init_state).
    p1.vlan.delete({ id: '11-20' });
    p1.vlan.add({ id: 11 });
    expect(p1.vlan.list().map(({ id, state }) => [id, state])).toEqual([
      [1, undefined],
      [10, 'disabled'],
      [11, undefined],
    ]);
    // One that comes back into instance 0, where its port has no other, is disabled (br_mst_vlan_sync_state).
    p0.vlan.delete({ id: '12-19' });
    p0.vlan.delete({ id: 1 });
    sw.mst.add({ msti: 2, id: 20 });
    sw.mst.add({ msti: 0, id: 20 });
    expect(await statesAt(net, 'p0')).toEqual([undefined, 'disabled', 'disabled']);
    const saved = lab.save();
    expect(saved).toContain(
      '# Left out: the states of VLANs of MSTI 1 at p1, which differ: 10 disabled, 11 forwarding\n',
    );
    expect(saved).toContain(
      '# Left out: the states of VLANs of MSTI 0 at p0, which differ from that of the port, forwarding: 20 disabled\n',
    );
    expect(saved).not.toMatch(/MSTI 0 at p1|MSTI 1 at p0/);
    const script = labScript(readLab(lab));
    expect(script).toContain(
      '# Left out: the states of VLANs of MSTI 1 at p1, which differ: 10 disabled, 11 forwarding, of sw\n',
    );
    expect(script).toContain(
      '# Left out: the states of VLANs of MSTI 0 at p0, which differ from that of the port, forwarding: 20 disabled, of sw\n',
    );
    p0.set({ state: 'forwarding' });
    expect(await statesAt(net, 'p0')).toEqual([undefined, 'disabled', 'forwarding']);
  });
});

// a ── p0 (sw) p1 ── b
test.for<[what: string, call: (net: { sw: ReturnType<typeof build>['sw'] }) => unknown, message: string]>([
  [
    'no instance',
    ({ sw }) => sw.mst.add({ id: 10 } as never),
    'sw.mst.add: msti must be given: the number of an instance, from 0 to 4095',
  ],
  [
    'an instance that there is not',
    ({ sw }) => sw.mst.add({ msti: 4096, id: 10 }),
    'sw.mst.add: msti must be a whole number from 0 to 4095: received 4096',
  ],
  [
    'a state of the common tree',
    ({ sw }) => sw.mst.set({ msti: 0, port: sw.ports[0] as never, state: 'blocking' }),
    'sw.mst.set: msti must be a whole number from 1 to 4095: received 0',
  ],
  [
    'VLANs that there are not',
    ({ sw }) => sw.br0.mst.add({ msti: 1, id: 0 }),
    "sw/br0.mst.add: id must be a VLAN from 1 to 4094, or a range, as in '100-199': received 0",
  ],
  [
    'what is no port',
    ({ sw }) => sw.mst.set({ msti: 1, port: sw.br0, state: 'blocking' }),
    'sw.mst.set: port must be a port of sw: received sw/br0',
  ],
  [
    'no state',
    ({ sw }) => sw.mst.set({ msti: 1, port: sw.ports[0] } as never),
    'sw.mst.set: state must be given: one of disabled, listening, learning, forwarding, blocking',
  ],
  [
    'an option that there is not',
    ({ sw }) => sw.mst.add({ msti: 1, vid: 10 } as never),
    "sw.mst.add: there is no option 'vid' (the nearest is id); the options are msti, id",
  ],
  [
    'a bridge without instances',
    ({ sw }) => sw.mst.add({ msti: 1, id: 1 }),
    'sw.mst.add: sw/br0 has no instances: mstEnabled must be on, which changes only while no port is in a VLAN (br_mst_set_enabled)',
  ],
])('before the kernel is asked: %s', ([, call, message], { lab }) => {
  const sw = lab.switch('sw');
  lab.cable(lab.namespace('a'), sw);
  expect(() => call({ sw })).toThrow(new UsageError(message));
});
