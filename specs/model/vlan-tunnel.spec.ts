import { expect, type Interface, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { Referee } from './agreement.ts';

type Case = [what: string, isFiltering: boolean, isOn: boolean, map: (vx: Interface) => void];

const LOST: Case[] = [
  ['a bridge that does not look at VLANs', false, true, (vx) => vx.vlan.add({ id: 10, tunnelId: 1010 })],
  ['a port without vlan_tunnel', true, false, (vx) => vx.vlan.add({ id: 10 })],
  ['a VLAN without a tunnel', true, true, (vx) => vx.vlan.add({ id: 10 })],
  ['an untagged VLAN with a tunnel', true, true, (vx) => vx.vlan.add({ id: 10, untagged: true, tunnelId: 1010 })],
];
const SENT: Case = ['a VLAN with a tunnel', true, true, (vx) => vx.vlan.add({ id: 10, tunnelId: 1010 })];

// a ── p0 ┐
//         br (leaf) ── vx, an external vxlan
describeNeeding([VLAN_FILTERING, 'vxlan', 'vlan'], () => {
  test.for([...LOST, SENT])('%s: model and kernel agree', async ([what, vlanFiltering, vlanTunnel, map], { lab }) => {
    const [a, leaf] = [lab.namespace('a'), lab.namespace('leaf')];
    const { b: p0 } = lab.cable(a, leaf, { b: { name: 'p0', address: false } });
    const vx = leaf.link('vxlan', { name: 'vx', external: true, address: false });
    const br = leaf.bridge({ name: 'br', vlanFiltering, address: false, ports: [p0, vx] });
    br.ports[1]?.set({ vlanTunnel: true });
    p0.vlan.add({ id: 10, pvid: true, untagged: true });
    map(vx);
    br.ports[1]?.set({ vlanTunnel });
    using referee = new Referee(lab);
    const ways = await referee.follow(a.interface(), 'ff:ff:ff:ff:ff:ff', 46);
    const unknown = ways?.model.filter((line) => line.startsWith('unknown')) ?? [];
    expect(unknown).toEqual(what === SENT[0] ? ['unknown: the model does not know what leaf/vx leads to'] : []);
    expect(ways?.kernel).toEqual(ways?.model.filter((line) => !unknown.includes(line)));
    expect(ways?.kernel).toContain('out leaf/vx');
  });

  // a ── p0 (sw) p1 ── b, with a device for VLAN 10
  test.for([false, true])(
    'at a port that is no tunnel a mapped VLAN loses its tag, untagged %s: model and kernel agree',
    async (untagged, { lab }) => {
      const [sw, a, b] = [lab.switch('sw', { vlanFiltering: true }), lab.namespace('a'), lab.namespace('b')];
      const [p0, p1] = [lab.cable(a, sw).b, lab.cable(b, sw).b];
      const vlan = b.vlan({ parent: b.interface('eth0'), id: 10, address: false });
      p0.vlan.add({ id: 10, pvid: true, untagged: true });
      p1.vlan.add({ id: 10, untagged });
      using referee = new Referee(lab);
      const heardByB = async () => {
        const ways = await referee.follow(a.interface(), 'ff:ff:ff:ff:ff:ff', 46);
        expect(ways?.kernel).toEqual(ways?.model);
        return ways?.kernel.filter((line) => line.startsWith('stack of b'));
      };
      const [byParent, byVlan] = ['eth0', vlan.name].map((name) => `stack of b ${b.interface(name).index}: broadcast`);
      expect(await heardByB()).toEqual([untagged ? byParent : byVlan]);
      p1.set({ vlanTunnel: true });
      p1.vlan.add({ id: 10, untagged, tunnelId: 1010 });
      expect(await heardByB()).toEqual([byParent]);
    },
  );
});
