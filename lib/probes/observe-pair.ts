import { sleep } from '../kernel/clock.ts';
import { type Interface, UsageError } from '../lab/index.ts';
import { untilAddressesUsable } from '../lab/usable-addresses.ts';
import { broadcastRoom } from '../links/macvlan.ts';
import { FAMILIES, type Family } from '../wire/ip-address.ts';
import { ask } from './ask.ts';
import { askIcmp } from './ask-icmp.ts';
import { drain } from './drain.ts';
import { sendFrame } from './hear.ts';
import { keepAsking } from './keep-asking.ts';
import { askWithRoom, isUnknown } from './neighbour-room.ts';
import { type Pair, type PairDevices, type Place, pairDevices } from './pair-devices.ts';
import { HOLD, type Quiet, WITHIN } from './patience.ts';
import { StackListener } from './stack-listener.ts';
import { addressNeeded, FRAMES, type FrameEnd, type FrameKind, frameEnd, testFrame } from './test-frame.ts';

/** One question, and how many copies came: of an echo, 1 when its answer was back. */
export interface Observation {
  from: Place;
  to: Place;
  kind: FrameKind | 'ping4' | 'ping6';
  copies: number;
}

/** What is known of the lab's queues, made anew for each question: of frames, or of packets, which wait for neighbours too. */
type QuietOf = (of: 'frames' | 'packets') => Quiet;

/** How many broadcasts an echo brings, about: each end asks for the other three times (`mcast_solicit`). */
const BROADCASTS = 6;

/** How many copies a question should bring. */
type Expect = (question: Omit<Observation, 'copies'>) => number;

/**
 * Asks every question about a pair: first all the frames, counted together, then each echo by itself, from cold
 * neighbour tables. Answers come pair by pair.
 *
 * @param expected what should come is waited for longer than what should not
 */
export async function observePair(
  pair: Pair,
  expected: Expect = () => 0,
  quiet?: QuietOf | undefined,
): Promise<Observation[]> {
  const places = pairDevices('observePair', pair);
  await untilAddressesUsable(places.host.namespace.lab);
  const pairs = orderedPairs(Object.keys(places) as Place[]);
  const families = familiesOf(places);
  const asked: Asking = { places, pairs, families, expected, quiet };
  const all = [...(await observeFrames(asked)), ...(await observeFamilies(asked))];
  return pairs.flatMap(([from, to]) => all.filter((each) => each.from === from && each.to === to));
}

interface Asking {
  places: PairDevices;
  pairs: readonly (readonly [Place, Place])[];
  families: readonly Family[];
  expected: Expect;
  quiet: QuietOf | undefined;
}

/** The families that the macvlans have: another is none of their business. Where a place lacks one, it is not reached. */
function familiesOf({ ns1, ns2 }: PairDevices): Family[] {
  const children = ns2 ? [ns1, ns2] : [ns1];
  const families = FAMILIES.filter((family) => children.some(({ address }) => address.first(family)));
  if (families.length > 0) return families;
  throw new UsageError(`a pair's macvlans need addresses, to be asked: ${children.join(', ')} have none`);
}

function orderedPairs(places: Place[]): [Place, Place][] {
  const isChild = (place: Place) => place === 'ns1' || place === 'ns2';
  return places.flatMap((from) =>
    places.filter((to) => to !== from && (isChild(from) || isChild(to))).map((to): [Place, Place] => [from, to]),
  );
}

async function observeFrames(asking: Asking): Promise<Observation[]> {
  const { places, families } = asking;
  const kinds = FRAMES.filter((kind) => families.includes(addressNeeded(kind) === 'ip4' ? 4 : 6));
  const ends = new Map<Place, Listening>();
  try {
    for (const [place, device] of Object.entries(places) as [Place, Interface][])
      ends.set(place, { end: frameEnd(device), listener: new StackListener(device, kinds) });
    return await countFrames(
      asking.pairs.flatMap(([from, to]) => kinds.map((kind) => ({ from, to, kind }))),
      ends,
      asking,
    );
  } finally {
    for (const { listener } of ends.values()) listener[Symbol.dispose]();
  }
}

interface Listening {
  end: FrameEnd;
  listener: StackListener;
}

interface FrameQuestion {
  from: Place;
  to: Place;
  kind: FrameKind;
}

/**
 * How many frames may be sent at once. A parent's queue of broadcasts has room for the longest `bcqueuelen` of its
 * children (`macvlan_broadcast_enqueue`), and what it has no room for is dropped: that would be this tool's doing.
 */
function burstOf({ children }: Interface): number {
  const room = broadcastRoom([...children].filter((child) => !child.deleted).map((child) => child.state()));
  // A queue without room takes nothing in, however little is sent.
  return room === 0 ? Number.POSITIVE_INFINITY : room;
}

function inBursts<T>(all: readonly T[], size: number): T[][] {
  if (size >= all.length) return [[...all]];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}

async function countFrames(
  questions: readonly FrameQuestion[],
  ends: Map<Place, Listening>,
  { places, expected, quiet }: Asking,
): Promise<Observation[]> {
  const send = (question: FrameQuestion) => {
    const [sender, receiver] = [ends.get(question.from), ends.get(question.to)];
    if (!sender || !receiver) return [];
    const { from, to, kind } = question;
    const frame = testFrame(kind, sender.end, receiver.end, receiver.listener.port);
    const failure = sendFrame(sender.end, frame);
    if (failure?.outcome === 'broken') throw new Error(`a frame of ${from} to ${to} failed: ${failure.reason}`);
    return [{ ...question, unsent: failure !== undefined, count: () => receiver.listener.copies(frame) }];
  };
  const isOver = quiet?.('frames');
  const sent: ReturnType<typeof send> = [];
  for (const burst of inBursts(questions, burstOf(places.host))) {
    const full = isOver && sent.length > 0 ? await drain(isOver) : undefined;
    if (full) throw new Error(`the frames could not be sent in bursts: ${full}`);
    sent.push(...burst.flatMap(send));
  }
  const isMissing = (each: (typeof sent)[number]) => !each.unsent && each.count() < expected(each);
  const broken = await keepAsking(
    {
      once: true,
      // They have been, each burst behind the last.
      send: () => {},
      // A copy too many comes as late as any other, so there is no end before the time is over.
      read: () => false,
      wait: sleep,
      milliseconds: () => (sent.some(isMissing) ? WITHIN : HOLD),
    },
    { milliseconds: HOLD, quiet: isOver && (() => isOver), untilQuiet: true },
  );
  if (broken !== undefined) throw new Error(`the copies of frames could not be counted: ${broken}`);
  return sent.map(({ from, to, kind, unsent, count }) => ({ from, to, kind, copies: unsent ? 0 : count() }));
}

/** Side by side, since neither's table knows of the other; but one's traffic would keep the other's from being quiet. */
async function observeFamilies(asking: Asking): Promise<Observation[]> {
  const { families, quiet } = asking;
  if (!quiet) return (await Promise.all(families.map((family) => observeEchoes(family, asking)))).flat();
  const observations: Observation[] = [];
  for (const family of families) observations.push(...(await observeEchoes(family, asking)));
  return observations;
}

async function observeEchoes(family: Family, { places, pairs, expected, quiet }: Asking): Promise<Observation[]> {
  const kind = family === 4 ? 'ping4' : 'ping6';
  const observations: Observation[] = [];
  let within = WITHIN;
  // For each echo, hosts ask for neighbours by broadcast; probes that come late make them ask again.
  const isOver = burstOf(places.host) < pairs.length * BROADCASTS ? quiet?.('packets') : undefined;
  for (const [from, to] of pairs) {
    const full = isOver && (await drain(isOver));
    if (full) throw new Error(`no echo of ${from} to ${to} could be sent: ${full}`);
    for (const { namespace } of Object.values(places)) namespace.neighbour.flush(family);
    const [source, target] = [places[from], places[to]];
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
    const isWanted = expected({ from, to, kind }) > 0;
    const patience = {
      milliseconds: isWanted ? Math.max(HOLD, within) : HOLD,
      quiet: quiet && (() => quiet('packets')),
      untilQuiet: true,
      // The frames have passed the same programs, and were waited for.
      isOneOfSeveral: true,
    };
    const { result, noRoom } = await askWithRoom(source.namespace, family, {
      ask: () => ask(asker, patience),
      isLost: isUnknown,
    });
    const { outcome, reason, elapsed } = result;
    if (isWanted && outcome !== 'answered') within -= elapsed;
    const broken = noRoom ?? (outcome === 'broken' ? reason : undefined);
    if (broken) throw new Error(`an echo of ${from} to ${to} failed: ${broken}`);
    observations.push({ from, to, kind, copies: outcome === 'answered' ? 1 : 0 });
  }
  return observations;
}
