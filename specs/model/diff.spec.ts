import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Child, deliver, type Frame, type Mode, type Topology } from '../../lib/model/frame-path.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { planNetwork } from '../../lib/model/plan-network.ts';
import { heardBy, predict } from '../../lib/model/predict.ts';

const MACS = ['ns1', 'ns2', 'ns3', 'host', 'gateway', 'neighbour'].map(
  (place, index) => [place, `02:00:00:00:00:0${index + 1}`] as const,
);
const macOf = (place: string) => MACS.find(([name]) => name === place)?.[1] ?? '';
const mode = fc.constantFrom<Mode>('private', 'vepa', 'bridge', 'source');
const childOf = (place: string): fc.Arbitrary<Child> =>
  fc.record({
    place: fc.constant(place),
    mode,
    mac: fc.constant(macOf(place)),
    up: fc.boolean(),
    hears: fc.subarray(MACS.map(([, mac]) => mac)),
    nodst: fc.boolean(),
  });
const mixed = fc.tuple(childOf('ns1'), childOf('ns2'), childOf('ns3'));
const alone = fc.boolean().map((up): Child[] => [{ place: 'ns1', mode: 'passthru', mac: macOf('host'), up, nodst: false }]);
const topology: fc.Arbitrary<Topology> = fc.record({
  parent: fc.record({ place: fc.constant('host'), mac: fc.constant(macOf('host')), up: fc.boolean() }),
  children: fc.oneof({ weight: 5, arbitrary: mixed }, { weight: 1, arbitrary: alone }),
  hairpin: fc.boolean(),
  hosts: fc.constant(['gateway', 'neighbour'].map((place) => ({ place, mac: macOf(place) }))),
});
const placesOf = ({ parent, children, hosts }: Topology) => [parent, ...children, ...hosts];
const sending = topology.chain((network) =>
  fc.constantFrom(...placesOf(network)).chain((from) => {
    const others = placesOf(network).filter(({ mac }) => mac !== from.mac);
    const destination = fc.constantFrom(BROADCAST_MAC, '01:00:5e:00:00:fb', '02:ff:ff:ff:ff:ff', ...others.map((to) => to.mac));
    return destination.map((to): [Topology, string, Frame] => [network, from.place, { source: from.mac, destination: to }]);
  }),
);

function stateOf({ parent, children, hairpin, hosts }: Topology) {
  return planNetwork({
    'host/up0': { mac: parent.mac, up: parent.up, peer: 'sw/p0' },
    'sw/br0': { kind: 'bridge', mac: '02:00:00:00:01:00', data: { ageingTime: 300, stp: false, mcastSnooping: false, vlanFiltering: false, groupFwdMask: 0 } },
    'sw/p0': { mac: '02:00:00:00:01:01', peer: 'host/up0', port: { of: 'br0', hairpin } },
    ...Object.fromEntries(
      children.map(({ place, mode, mac, up, hears = [], nodst = false }) => [
        `${place}/eth0`,
        { kind: 'macvlan', mac, up, lower: 'host/up0', data: { mode, macaddr: mode === 'source' ? hears : [], nodst: mode === 'source' && nodst, nopromisc: false, bcqueuelen: 1000 } },
      ]),
    ),
    ...Object.fromEntries(
      hosts.flatMap(({ place, mac }, at) => [
        [`${place}/eth0`, { mac, peer: `sw/p${at + 1}` }],
        [`sw/p${at + 1}`, { mac: `02:00:00:00:01:0${at + 2}`, peer: `${place}/eth0`, port: { of: 'br0' } }],
      ]),
    ),
  } as never);
}

test('same as before', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      const state = stateOf({...network, children: network.children.map((c) => ({...c, nodst: c.mode === 'source' && c.nodst || false}))});
      const link = state.namespaces.find(({ name }) => name === from)?.links[0];
      const prediction = predict(state, { ...frame, tags: [], etherType: 0x800, length: 50, packet: { family: 4 } as never }, { namespace: from, index: link!.index, direction: 'out' });
      const got = heardBy(prediction).filter((x) => x.namespace !== 'sw').map(({ namespace }) => namespace).sort();
      const old = deliver({...network, children: network.children.map((c) => ({...c, nodst: c.mode === 'source' && c.nodst || false}))}, from, frame).filter((p) => p !== 'sw');
      expect(got).toEqual([...old].sort());
    }),
    { numRuns: 5000 },
  );
});
