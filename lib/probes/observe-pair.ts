import { after, now } from '../kernel/clock.ts';
import { type Interface, UsageError } from '../lab/index.ts';
import type { Family } from '../wire/ip-address.ts';
import { ask } from './ask.ts';
import { askIcmp } from './ask-icmp.ts';
import { Ear } from './ear.ts';
import { sendFrame } from './hear.ts';
import { watchNeighbourTable } from './neighbour-overflow.ts';
import { type Pair, type PairDevices, type Place, pairDevices } from './pair-devices.ts';
import type { Quiet } from './patience.ts';
import { addressNeeded, FRAMES, type FrameEnd, type FrameKind, frameEnd, testFrame } from './test-frame.ts';

/** One question, and how many copies came: of an echo, 1 when its answer was back. */
export interface Observation {
  from: Place;
  to: Place;
  kind: FrameKind | 'ping4' | 'ping6';
  copies: number;
}

/** How long a frame or an echo may take where nothing tells sooner, in milliseconds. Worst seen under load: 12, in the parent's broadcast worker. */
const WINDOW = 100;

/** What may end a wait earlier, made anew for each: nothing of the frames, or of the packets, is under way any more. */
type QuietOf = (of: 'frames' | 'packets') => Quiet;

/**
 * Asks every question about a pair: first all the frames, together and counted, then each echo by itself, from cold
 * neighbour tables. Answers come pair by pair.
 */
export async function observePair(pair: Pair, quiet?: QuietOf): Promise<Observation[]> {
  const places = pairDevices('observePair', pair);
  await places.host.namespace.lab.settled();
  const pairs = orderedPairs(Object.keys(places) as Place[]);
  const families = familiesOf(places);
  const frames = await observeFrames(places, pairs, families, quiet);
  const all = [...frames, ...(await observeFamilies(places, pairs, families, quiet))];
  return pairs.flatMap(([from, to]) => all.filter((each) => each.from === from && each.to === to));
}

/** The families that the macvlans have: another is none of their business. Where a place lacks one, it is not reached. */
function familiesOf({ ns1, ns2 }: PairDevices): Family[] {
  const children = ns2 ? [ns1, ns2] : [ns1];
  const families = ([4, 6] as const).filter((family) => children.some(({ address }) => address.first(family)));
  if (families.length > 0) return families;
  throw new UsageError(`a pair's macvlans need addresses, to be asked: ${children.join(', ')} have none`);
}

function orderedPairs(places: Place[]): [Place, Place][] {
  const isChild = (place: Place) => place === 'ns1' || place === 'ns2';
  return places.flatMap((from) =>
    places.filter((to) => to !== from && (isChild(from) || isChild(to))).map((to): [Place, Place] => [from, to]),
  );
}

async function observeFrames(
  devices: PairDevices,
  pairs: [Place, Place][],
  families: readonly Family[],
  quiet: QuietOf | undefined,
): Promise<Observation[]> {
  const kinds = FRAMES.filter((kind) => families.includes(addressNeeded(kind) === 'ip4' ? 4 : 6));
  const ends = new Map<Place, { end: FrameEnd; ear: Ear }>();
  for (const [place, device] of Object.entries(devices) as [Place, Interface][]) {
    ends.set(place, { end: frameEnd(device), ear: new Ear(device, kinds) });
  }
  try {
    return await countFrames(ends, pairs, kinds, quiet);
  } finally {
    for (const { ear } of ends.values()) ear[Symbol.dispose]();
  }
}

async function countFrames(
  ends: Map<Place, { end: FrameEnd; ear: Ear }>,
  pairs: [Place, Place][],
  kinds: readonly FrameKind[],
  quiet: QuietOf | undefined,
): Promise<Observation[]> {
  const isOver = quiet?.('frames');
  const sent = pairs.flatMap(([from, to]) =>
    kinds.flatMap((kind) => {
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
  // Otherwise the whole window: a copy too many comes as late as any other.
  const over = (await isOver?.(deadline)) === true;
  while (!over && now() < deadline) await new Promise<void>((resolve) => after(deadline - now(), resolve));
  return sent.map(({ from, to, kind, unsent, count }) => ({ from, to, kind, copies: unsent ? 0 : count() }));
}

/** Side by side, since neither's table knows of the other; but one's traffic would keep the other's from being quiet. */
async function observeFamilies(
  places: PairDevices,
  pairs: [Place, Place][],
  families: readonly Family[],
  quiet: QuietOf | undefined,
): Promise<Observation[]> {
  const observe = (family: Family) => observeEchoes(places, pairs, family, quiet);
  if (!quiet) return (await Promise.all(families.map(observe))).flat();
  const observations: Observation[] = [];
  for (const family of families) observations.push(...(await observe(family)));
  return observations;
}

async function observeEchoes(
  devices: PairDevices,
  pairs: [Place, Place][],
  family: Family,
  quiet: QuietOf | undefined,
): Promise<Observation[]> {
  const observations: Observation[] = [];
  for (const [from, to] of pairs) {
    for (const { namespace } of Object.values(devices)) namespace.neighbour.flush(family);
    const [source, target] = [devices[from], devices[to]];
    const address = target?.address.first(family)?.address;
    const own = source?.address.first(family)?.address;
    if (!source || !target || !address || !own) continue;
    using asker = askIcmp({
      from: source.namespace,
      source: { address: own, device: source },
      to: { address, namespace: target.namespace },
      family,
      bound: undefined,
    });
    const overflowed = watchNeighbourTable(source.namespace, family);
    const { outcome, reason } = await ask(asker, { milliseconds: WINDOW, quiet: quiet?.('packets') });
    const broken = outcome === 'broken' ? reason : outcome === 'lost' ? overflowed() : undefined;
    if (broken) throw new Error(`an echo of ${from} to ${to} failed: ${broken}`);
    observations.push({ from, to, kind: family === 4 ? 'ping4' : 'ping6', copies: outcome === 'answered' ? 1 : 0 });
  }
  return observations;
}
