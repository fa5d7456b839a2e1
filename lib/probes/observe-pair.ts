import { after, now } from '../kernel/clock.ts';
import type { Interface, MacvlanPair, Namespace } from '../lab/index.ts';
import type { Family } from '../wire/ip-address.ts';
import { ask } from './ask.ts';
import { askIcmp } from './ask-icmp.ts';
import { Ear } from './ear.ts';
import { sendFrame } from './hear.ts';
import { watchNeighbourTable } from './neighbour-overflow.ts';
import { FRAMES, type FrameEnd, type FrameKind, frameEnd, testFrame } from './test-frame.ts';

/** The places of a pair, by the names that they have there. */
export type Place = 'ns1' | 'ns2' | 'host' | 'gateway' | 'neighbour';

/** One question, and how many copies came: of an echo, 1 when its answer was back. */
export interface Observation {
  from: Place;
  to: Place;
  kind: FrameKind | 'ping4' | 'ping6';
  copies: number;
}

/** A pair of children of any kind. */
export type ObservedPair = Pick<MacvlanPair, 'lab' | 'uplink' | Place> & { m1: Interface; m2: Interface | undefined };

/** How long a frame or an echo may take, in milliseconds. Worst seen under load: 12, in the parent's broadcast worker. */
const WINDOW = 50;

/**
 * Asks every question about a pair: first all the frames, together and counted, then each echo by itself, from cold
 * neighbour tables. IPv4 and IPv6 go side by side, since neither's table knows of the other. Answers come pair by pair.
 */
export async function observePair(pair: ObservedPair): Promise<Observation[]> {
  const places = devicesOf(pair);
  await pair.lab.settled();
  const pairs = orderedPairs(Object.keys(places) as Place[]);
  const frames = await observeFrames(places, pairs);
  const echoes = await Promise.all([observeEchoes(pair, places, pairs, 4), observeEchoes(pair, places, pairs, 6)]);
  const all = [...frames, ...echoes.flat()];
  return pairs.flatMap(([from, to]) => all.filter((each) => each.from === from && each.to === to));
}

type Devices = Partial<Record<Place, Interface>>;

function devicesOf({ m1, m2, uplink, gateway, neighbour }: ObservedPair): Devices {
  const devices: Devices = { ns1: m1, host: uplink, gateway: gateway.interface(), neighbour: neighbour.interface() };
  return m2 ? { ...devices, ns2: m2 } : devices;
}

function orderedPairs(places: Place[]): [Place, Place][] {
  const isChild = (place: Place) => place === 'ns1' || place === 'ns2';
  return places.flatMap((from) =>
    places.filter((to) => to !== from && (isChild(from) || isChild(to))).map((to): [Place, Place] => [from, to]),
  );
}

async function observeFrames(devices: Devices, pairs: [Place, Place][]): Promise<Observation[]> {
  const ends = new Map<Place, { end: FrameEnd; ear: Ear }>();
  for (const [place, device] of Object.entries(devices) as [Place, Interface][]) {
    ends.set(place, { end: frameEnd(device), ear: new Ear(device, FRAMES) });
  }
  try {
    return await countFrames(ends, pairs);
  } finally {
    for (const { ear } of ends.values()) ear[Symbol.dispose]();
  }
}

async function countFrames(
  ends: Map<Place, { end: FrameEnd; ear: Ear }>,
  pairs: [Place, Place][],
): Promise<Observation[]> {
  const sent = pairs.flatMap(([from, to]) =>
    FRAMES.flatMap((kind) => {
      const [sender, receiver] = [ends.get(from), ends.get(to)];
      if (!sender || !receiver) return [];
      const frame = testFrame(kind, sender.end, receiver.end, receiver.ear.port);
      const failure = sendFrame(sender.end, frame);
      if (failure?.outcome === 'broken') throw new Error(`a frame of ${from} to ${to} failed: ${failure.reason}`);
      const unsent = failure !== undefined;
      return [{ from, to, kind, unsent, count: () => receiver.ear.copies(frame.signature) }];
    }),
  );
  const deadline = now() + WINDOW;
  // The whole window: a copy too many comes as late as any other.
  while (now() < deadline) await new Promise<void>((resolve) => after(deadline - now(), resolve));
  return sent.map(({ from, to, kind, unsent, count }) => ({ from, to, kind, copies: unsent ? 0 : count() }));
}

async function observeEchoes(
  pair: ObservedPair,
  devices: Devices,
  pairs: [Place, Place][],
  family: Family,
): Promise<Observation[]> {
  const observations: Observation[] = [];
  for (const [from, to] of pairs) {
    for (const place of Object.keys(devices) as Place[]) flush(pair[place], family);
    const [source, target] = [devices[from], devices[to]];
    const address = target?.address.first(family)?.address;
    const own = source?.address.first(family)?.address;
    if (!source || !address || !own) continue;
    using asker = askIcmp({
      from: pair[from],
      source: { address: own, device: source },
      to: { address, namespace: pair[to] },
      family,
      bound: undefined,
    });
    const overflowed = watchNeighbourTable(pair[from], family);
    const { outcome, reason } = await ask(asker, WINDOW);
    const broken = outcome === 'broken' ? reason : outcome === 'lost' ? overflowed() : undefined;
    if (broken) throw new Error(`an echo of ${from} to ${to} failed: ${broken}`);
    observations.push({ from, to, kind: family === 4 ? 'ping4' : 'ping6', copies: outcome === 'answered' ? 1 : 0 });
  }
  return observations;
}

function flush(namespace: Namespace, family: Family): void {
  namespace.neighbour.flush(family);
}
