import fc from 'fast-check';
import type { MacvlanMode } from 'hairpin';
import { expect, test } from 'vitest';
import { expectedCopies, type Kind } from '../../lib/model/exchange.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { type Article, article, type Child, deliver, MAC, PLACES, type Place } from './article.ts';

const MACS = Object.values(MAC);

/** A child of any mode but passthru, in any state; no source child lists itself. */
const childOf = (place: Place): fc.Arbitrary<Child> =>
  fc
    .record({
      mode: fc.constantFrom<MacvlanMode>('private', 'vepa', 'bridge', 'source'),
      up: fc.boolean(),
      macaddr: fc.subarray(MACS.filter((mac) => mac !== MAC[place])),
      nodst: fc.boolean(),
    })
    .map(({ mode, up, ...ofSource }) => (mode === 'source' ? { mode, up, ...ofSource } : { mode, up }));

const mixed = fc.record({ ns1: childOf('ns1'), ns2: childOf('ns2'), ns3: childOf('ns3') });
// A passthru child is alone, with its parent's address (macvlan_common_newlink).
const alone = fc.boolean().map((up) => ({ ns1: { mode: 'passthru' as const, up } }));

const network: fc.Arbitrary<Article> = fc.record({
  children: fc.oneof({ weight: 5, arbitrary: mixed }, { weight: 1, arbitrary: alone }),
  hairpin: fc.boolean(),
  parentUp: fc.boolean(),
});

const placesOf = ({ children }: Article) => PLACES.filter((place) => !place.startsWith('ns') || place in children);
const childrenOf = ({ children }: Article) => Object.entries(children) as [Place, Child][];
const isPassthru = ({ children }: Article) => children.ns1?.mode === 'passthru';

/** A network, one of its places, and where it sends a frame: to another, to everybody, or to nobody that is there. */
const sending = network.chain((drawn) =>
  fc.constantFrom(...placesOf(drawn)).chain((from) => {
    const others = placesOf(drawn).filter((place) => place !== from);
    const to = fc.constantFrom(BROADCAST_MAC, '01:00:5e:00:00:fb', NOBODY, ...others.map((place) => MAC[place]));
    return to.map((destination): [Article, Place, string] => [drawn, from, destination]);
  }),
);

const NOBODY = '02:ff:ff:ff:ff:ff';

const runs = { numRuns: 1000 };
const count = (deliveries: readonly string[], place: string) => deliveries.filter((each) => each === place).length;
const heard = (drawn: Article, from: Place, destination: string) => deliver(article(drawn), from, destination);

test('nobody gets two copies of a frame', () => {
  fc.assert(
    fc.property(sending, ([drawn, from, to]) => {
      const deliveries = heard(drawn, from, to);
      expect(new Set(deliveries).size).toBe(deliveries.length);
    }),
    runs,
  );
});

test('a unicast has one receiver at most, who has its address, is up, and is not its sender', () => {
  fc.assert(
    fc.property(sending, ([drawn, from, to]) => {
      fc.pre(to.startsWith('02'));
      // A passthru child takes what is for others too, and that with its sender's own; a source child what is for its parent.
      fc.pre(!isPassthru(drawn) && to !== MAC.host);
      const receivers = heard(drawn, from, to) as Place[];
      expect(receivers.length).toBeLessThanOrEqual(1);
      for (const place of receivers) {
        expect(MAC[place]).toBe(to);
        expect(childrenOf(drawn).find(([child]) => child === place)?.[1].up ?? true).toBe(true);
        expect(place).not.toBe(from);
      }
    }),
    runs,
  );
});

test('a reflecting switch takes no delivery away, whatever it adds', () => {
  fc.assert(
    fc.property(sending, ([drawn, from, to]) => {
      const off = heard({ ...drawn, hairpin: false }, from, to);
      const on = heard({ ...drawn, hairpin: true }, from, to);
      for (const place of PLACES) expect(count(on, place)).toBeGreaterThanOrEqual(count(off, place));
    }),
    runs,
  );
});

test('a reflecting switch changes nothing for what comes from outside', () => {
  fc.assert(
    fc.property(sending, ([drawn, from, to]) => {
      fc.pre(from === 'gateway' || from === 'neighbour');
      expect(heard({ ...drawn, hairpin: true }, from, to)).toEqual(heard({ ...drawn, hairpin: false }, from, to));
    }),
    runs,
  );
});

test('who is down gets nothing and sends nothing, and with the parent all of its children', () => {
  fc.assert(
    fc.property(sending, ([drawn, from, to]) => {
      const deliveries = heard(drawn, from, to);
      const silent = [
        ...childrenOf(drawn).flatMap(([place, { up }]) => (up && drawn.parentUp ? [] : place)),
        ...(drawn.parentUp ? [] : ['host']),
      ];
      for (const place of silent) expect(deliveries).not.toContain(place);
      if (silent.includes(from)) expect(deliveries).toEqual([]);
    }),
    runs,
  );
});

test('a broadcast gets to every other host of the switch, whatever the macvlans do', () => {
  fc.assert(
    fc.property(sending, ([drawn, from, to]) => {
      fc.pre(to === BROADCAST_MAC);
      const deliveries = heard(drawn, from, to);
      fc.pre(deliveries.length > 0);
      for (const place of ['gateway', 'neighbour']) if (place !== from) expect(deliveries).toContain(place);
    }),
    runs,
  );
});

test('an answered echo means that its question was heard, and that unicast passes both ways', () => {
  const exchange = network.chain((drawn) =>
    fc.tuple(fc.constant(drawn), fc.shuffledSubarray(placesOf(drawn), { minLength: 2, maxLength: 2 })),
  );
  fc.assert(
    fc.property(exchange, ([drawn, [from, to]]) => {
      const state = article(drawn);
      const copies = (sender: string | undefined, receiver: string | undefined, kind: Kind) =>
        expectedCopies(state, `${sender}/eth0`, `${receiver}/eth0`, kind);
      const steps = [copies(from, to, 'arp'), copies(from, to, 'unicast'), copies(to, from, 'unicast')];
      expect(copies(from, to, 'ping4')).toBe(Math.min(1, ...steps));
      expect(copies(from, to, 'ping6')).toBe(Math.min(1, ...steps));
    }),
    runs,
  );
});
