import type { MacvlanMode } from '../links/macvlan.ts';
import type { DeviceName } from './cause.ts';
import { expectedCopies, KINDS, type Kind } from './exchange.ts';
import type { ModelState } from './network.ts';
import { type PlannedDevice, planDevices } from './plan-devices.ts';

/** The five places of the article's network. */
export const PLACES = ['ns1', 'ns2', 'host', 'gateway', 'neighbour'] as const;
export type Place = (typeof PLACES)[number];

/** A pair of macvlans on one parent: `ns2` is null where there is only one. */
export interface PairModes {
  ns1: MacvlanMode;
  ns2: MacvlanMode | null;
  hairpin: boolean;
}

/** One question about a pair. */
interface PairQuestion {
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
  const pairs: [MacvlanMode, MacvlanMode | null][] = mixed.flatMap((ns1) =>
    mixed.map((ns2): [MacvlanMode, MacvlanMode] => [ns1, ns2]),
  );
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
  // A question is asked again and again while its copies are waited for.
  const key = `${modes.ns1} ${modes.ns2} ${modes.hairpin} ${parentUp} ${from} ${to} ${kind}`;
  const copies = answers.get(key) ?? expectedCopies(planned(modes, parentUp), DEVICES[from], DEVICES[to], kind);
  answers.set(key, copies);
  return copies;
}

const answers = new Map<string, number>();

const DEVICES = {
  ...{ ns1: 'ns1/eth0', ns2: 'ns2/eth0', host: 'host/up0', gateway: 'gateway/eth0', neighbour: 'neighbour/eth0' },
} as const satisfies Record<Place, DeviceName>;

const states = new Map<string, ModelState>();

function planned(modes: PairModes, parentUp: boolean): ModelState {
  const key = `${modes.ns1} ${modes.ns2} ${modes.hairpin} ${parentUp}`;
  const state = states.get(key) ?? stateOf(modes, parentUp);
  states.set(key, state);
  return state;
}

/** The network of the article, with one pair of modes; a cable's ends and parents are all that it takes. */
function stateOf({ ns1, ns2, hairpin }: PairModes, parentUp: boolean): ModelState {
  const child = (place: Place, mode: MacvlanMode): PlannedDevice => ({
    kind: 'macvlan',
    // macvlan_common_newlink: a passthru child takes its parent's address.
    mac: mode === 'passthru' ? MACS.host : MACS[place],
    lower: DEVICES.host,
    data: { mode, nodst: false, macaddr: Object.values(MACS).filter((mac) => mac !== MACS[place]), bcqueuelen: 1000 },
  });
  const end = (place: Place, peer: DeviceName, up = true): PlannedDevice => ({ mac: MACS[place], peer, up });
  const port = (peer: DeviceName, last: number, reflects = false): PlannedDevice => ({
    mac: `02:00:00:00:01:0${last}`,
    peer,
    port: { of: 'br0', hairpin: reflects },
  });
  return planDevices({
    [DEVICES.ns1]: child('ns1', ns1),
    ...(ns2 === null ? {} : { [DEVICES.ns2]: child('ns2', ns2) }),
    [DEVICES.host]: end('host', 'sw/p0', parentUp),
    [DEVICES.gateway]: end('gateway', 'sw/p1'),
    [DEVICES.neighbour]: end('neighbour', 'sw/p2'),
    'sw/br0': { kind: 'bridge', mac: '02:00:00:00:01:00' },
    'sw/p0': port(DEVICES.host, 1, hairpin),
    'sw/p1': port(DEVICES.gateway, 2),
    'sw/p2': port(DEVICES.neighbour, 3),
  });
}
