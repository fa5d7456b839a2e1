import { expectedCopies, KINDS, type Kind } from './exchange.ts';
import type { Mode, Topology } from './frame-path.ts';

/** The five places of the article's network. */
export const PLACES = ['ns1', 'ns2', 'host', 'gateway', 'neighbour'] as const;
export type Place = (typeof PLACES)[number];

/** A pair of macvlans on one parent: `ns2` is null where there is only one. */
export interface PairModes {
  ns1: Mode;
  ns2: Mode | null;
  hairpin: boolean;
}

/** One question about a pair. */
export interface PairQuestion {
  from: Place;
  to: Place;
  kind: Kind;
}

const MACS: Record<Place, string> = {
  ns1: '02:00:00:00:00:01',
  ns2: '02:00:00:00:00:02',
  host: '02:00:00:00:00:03',
  gateway: '02:00:00:00:00:04',
  neighbour: '02:00:00:00:00:05',
};

/** Every pair of modes that `hairpin modes` shows: the nine of bridge, private and vepa, source twice, passthru alone. */
export function allPairModes(): PairModes[] {
  const mixed = ['bridge', 'private', 'vepa'] as const;
  const pairs: [Mode, Mode | null][] = mixed.flatMap((ns1) => mixed.map((ns2): [Mode, Mode] => [ns1, ns2]));
  pairs.push(['source', 'source'], ['passthru', null]);
  return pairs.flatMap(([ns1, ns2]) => [false, true].map((hairpin) => ({ ns1, ns2, hairpin })));
}

/** Every ordered pair of places with one of the macvlans in it, for every kind. */
export function pairQuestions({ ns2 }: PairModes): PairQuestion[] {
  const places = PLACES.filter((place) => place !== 'ns2' || ns2 !== null);
  const isChild = (place: Place) => place === 'ns1' || place === 'ns2';
  return places.flatMap((from) =>
    places
      .filter((to) => to !== from && (isChild(from) || isChild(to)))
      .flatMap((to) => KINDS.map((kind) => ({ from, to, kind }))),
  );
}

/**
 * What the kernel's code says of a question: how many copies arrive.
 *
 * @param parentUp whether the parent is up. @default true
 */
export function expectedOfPair(modes: PairModes, { from, to, kind }: PairQuestion, parentUp = true): number {
  return expectedCopies(topologyOf(modes, parentUp), from, to, kind);
}

function topologyOf({ ns1, ns2, hairpin }: PairModes, parentUp: boolean): Topology {
  const child = (place: 'ns1' | 'ns2', mode: Mode) => ({
    place,
    mode,
    // macvlan_common_newlink: a passthru child takes its parent's address.
    mac: mode === 'passthru' ? MACS.host : MACS[place],
    up: true,
    hears: Object.values(MACS).filter((mac) => mac !== MACS[place]),
  });
  return {
    parent: { place: 'host', mac: MACS.host, up: parentUp },
    children: [child('ns1', ns1), ...(ns2 === null ? [] : [child('ns2', ns2)])],
    hairpin,
    hosts: [
      { place: 'gateway', mac: MACS.gateway },
      { place: 'neighbour', mac: MACS.neighbour },
    ],
  };
}
