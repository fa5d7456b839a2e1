import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedCopies, type Kind } from '../../lib/model/exchange.ts';
import { type Child, deliver, type Frame, type Mode, type Topology } from '../../lib/model/frame-path.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';

const MACS = ['ns1', 'ns2', 'ns3', 'host', 'gateway', 'neighbour'].map(
  (place, index) => [place, `02:00:00:00:00:0${index + 1}`] as const,
);
const macOf = (place: string) => MACS.find(([name]) => name === place)?.[1] ?? '';
const mode = fc.constantFrom<Mode>('private', 'vepa', 'bridge', 'source');

/** A child of any mode but passthru, in any state; no source child lists itself. */
const childOf = (place: string): fc.Arbitrary<Child> =>
  fc.record({
    place: fc.constant(place),
    mode,
    mac: fc.constant(macOf(place)),
    up: fc.boolean(),
    hears: fc.subarray(MACS.map(([, mac]) => mac).filter((mac) => mac !== macOf(place))),
    nodst: fc.boolean(),
  });

const mixed = fc.tuple(childOf('ns1'), childOf('ns2'), childOf('ns3'));
// A passthru child is alone, with its parent's address (macvlan_common_newlink).
const alone = fc
  .boolean()
  .map((up): Child[] => [{ place: 'ns1', mode: 'passthru', mac: macOf('host'), up, nodst: false }]);

const topology: fc.Arbitrary<Topology> = fc.record({
  parent: fc.record({ place: fc.constant('host'), mac: fc.constant(macOf('host')), up: fc.boolean() }),
  children: fc.oneof({ weight: 5, arbitrary: mixed }, { weight: 1, arbitrary: alone }),
  hairpin: fc.boolean(),
  hosts: fc.constant(['gateway', 'neighbour'].map((place) => ({ place, mac: macOf(place) }))),
});

const placesOf = ({ parent, children, hosts }: Topology) => [parent, ...children, ...hosts];

/** A topology, one of its places, and a frame that it sends: to another, to everybody, or to nobody that is there. */
const sending = topology.chain((network) =>
  fc.constantFrom(...placesOf(network)).chain((from) => {
    const others = placesOf(network).filter(({ mac }) => mac !== from.mac);
    const destination = fc.constantFrom(
      BROADCAST_MAC,
      '01:00:5e:00:00:fb',
      '02:ff:ff:ff:ff:ff',
      ...others.map((to) => to.mac),
    );
    return destination.map((to): [Topology, string, Frame] => [
      network,
      from.place,
      { source: from.mac, destination: to },
    ]);
  }),
);

const runs = { numRuns: 2000 };
const count = (deliveries: readonly string[], place: string) => deliveries.filter((each) => each === place).length;

test('nobody gets two copies of a frame', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      const deliveries = deliver(network, from, frame);
      expect(new Set(deliveries).size).toBe(deliveries.length);
    }),
    runs,
  );
});

test('a unicast has one receiver at most, who has its address, is up, and is not its sender', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      fc.pre(frame.destination.startsWith('02'));
      // A passthru child takes what is for others too, and that with its sender's own.
      fc.pre(network.children[0]?.mode !== 'passthru');
      const receivers = deliver(network, from, frame);
      expect(receivers.length).toBeLessThanOrEqual(1);
      for (const place of receivers) {
        const receiver = placesOf(network).find((each) => each.place === place);
        expect(receiver?.mac).toBe(frame.destination);
        expect(receiver && 'up' in receiver ? receiver.up : true).toBe(true);
        expect(place).not.toBe(from);
      }
    }),
    runs,
  );
});

test('a reflecting switch takes no delivery away, whatever it adds', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      const off = deliver({ ...network, hairpin: false }, from, frame);
      const on = deliver({ ...network, hairpin: true }, from, frame);
      for (const { place } of placesOf(network)) expect(count(on, place)).toBeGreaterThanOrEqual(count(off, place));
    }),
    runs,
  );
});

test('a reflecting switch changes nothing for what comes from outside', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      fc.pre(from === 'gateway' || from === 'neighbour');
      expect(deliver({ ...network, hairpin: true }, from, frame)).toEqual(
        deliver({ ...network, hairpin: false }, from, frame),
      );
    }),
    runs,
  );
});

test('who is down gets nothing and sends nothing, and with the parent all of its children', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      const deliveries = deliver(network, from, frame);
      const silent = [
        ...network.children.filter(({ up }) => !up || !network.parent.up).map(({ place }) => place),
        ...(network.parent.up ? [] : ['host']),
      ];
      for (const place of silent) expect(deliveries).not.toContain(place);
      if (silent.includes(from)) expect(deliveries).toEqual([]);
    }),
    runs,
  );
});

test('a broadcast gets to every other host of the switch, whatever the macvlans do', () => {
  fc.assert(
    fc.property(sending, ([network, from, frame]) => {
      fc.pre(frame.destination === BROADCAST_MAC);
      fc.pre(deliver(network, from, frame).length > 0);
      for (const { place } of network.hosts) {
        if (place !== from) expect(deliver(network, from, frame)).toContain(place);
      }
    }),
    runs,
  );
});

test('an answered echo means that its question was heard, and that unicast passes both ways', () => {
  const exchange = topology.chain((network) =>
    fc.tuple(fc.constant(network), fc.subarray([...placesOf(network)], { minLength: 2, maxLength: 2 }), fc.boolean()),
  );
  fc.assert(
    fc.property(exchange, ([network, pair, turned]) => {
      const [from, to] = (turned ? pair.toReversed() : pair).map(({ place }) => place) as [string, string];
      const copies = (sender: string, receiver: string, kind: Kind) => expectedCopies(network, sender, receiver, kind);
      const steps = [copies(from, to, 'arp'), copies(from, to, 'unicast'), copies(to, from, 'unicast')];
      expect(copies(from, to, 'ping4')).toBe(Math.min(...steps));
      expect(copies(from, to, 'ping6')).toBe(Math.min(...steps));
    }),
    runs,
  );
});
