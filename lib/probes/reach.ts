import { entryOf } from '../base/entry-of.ts';
import { now } from '../kernel/clock.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import { untilAddressesUsable } from '../lab/usable-addresses.ts';
import { ask } from './ask.ts';
import { askArp } from './ask-arp.ts';
import { askIcmp } from './ask-icmp.ts';
import { askNd } from './ask-nd.ts';
import type { Asker } from './asker.ts';
import type { EchoLimit } from './echo-limit.ts';
import { type Listener, openListener } from './listener.ts';
import { askWithRoom, isUnknown } from './neighbour-room.ts';
import type { ProbeResult } from './outcome.ts';
import type { Patience } from './patience.ts';
import type { Question } from './question.ts';
import { familyOfQuestion, type ReachOptions } from './reach-options.ts';
import { limitOfTarget, whyNobodyAnswers } from './self-question.ts';
import { examineLoss } from './source.ts';
import { TcpAsker } from './tcp-asker.ts';
import { flowOf, toQuestion } from './to-question.ts';
import { UdpAsker } from './udp-asker.ts';

/** An answer to oneself takes 0.1 ms. */
const SLOW = 10;

/** The question as it was put, for messages. */
export interface ReachReport extends ProbeResult {
  question: Question;
  /** When it was first asked, in nanoseconds by the clock of the taps. */
  since: bigint;
  by: NonNullable<ReachOptions['by']>;
  port: number | undefined;
  size: number | undefined;
  /** Whether hairpin listened at the port itself. */
  listened: boolean;
  /** `lost`: why the target answers nobody, if it was asked for and does not. */
  unanswerable: string | undefined;
  /** `lost`: how the target limits its answers, if that was looked up. The target may have got a probe and not answered. */
  limit?: EchoLimit | undefined;
  /** Whether a captured frame is one of the question's probes, or an answer to one. */
  recognize: Asker['recognize'];
}

/**
 * Asks whether a namespace reaches another, or an address. One question: several probes, one result.
 *
 * @param patience with `askSilentTarget`, a target that was silent is asked from within whether it answers at all
 * @throws UsageError for options that cannot be right, and for ends that have no address
 */
export async function reach(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  options: ReachOptions,
  { askSilentTarget = false, ...patience }: Patience & { askSilentTarget?: boolean },
): Promise<ReachReport> {
  let question = toQuestion(call, from, to, familyOfQuestion(options));
  const { by = 'icmp', size, neighbours = 'cold' } = options;
  const { namespace } = question.to;
  await untilAddressesUsable(from.lab);
  const { port: wantedPort } = options;
  const endTurn = namespace && wantedPort !== undefined ? await turnAt(namespace, `${by} ${wantedPort}`) : undefined;
  if (neighbours === 'cold') {
    from.neighbour.flush();
    namespace?.neighbour.flush();
  }
  const since = tapTime();
  let listener: Listener | undefined;
  try {
    listener = openListenerFor(call, question, options);
    const port = listener?.port ?? wantedPort;
    question = { ...question, flow: flowOf({ by, port }, question.family) };
    using asker = openAsker(by, question, { port, size });
    patience.onOpen?.(asker.signs);
    const { result, noRoom } = await askWithRoom(from, question.family, {
      ask: () => ask(asker, patience, listener),
      isLost: isUnknown,
      flush: neighbours === 'cold',
    });
    const reason = noRoom ?? (result.outcome === 'lost' ? listener?.failure() : undefined);
    const examined = reason ? { ...result, outcome: 'broken' as const, reason } : examineLoss(question, result, by);
    const listened = listener !== undefined;
    const report = { question, since, by, port, size, listened, recognize: (bytes: Buffer) => asker.recognize(bytes) };
    if (!askSilentTarget || examined.outcome !== 'lost') return { ...examined, ...report, unanswerable: undefined };
    const began = now();
    const openSelf = (self: Question) => openAsker(by, self, { port, size });
    const unanswerable = await whyNobodyAnswers(question, by, openSelf, { quiet: patience.quiet, listener });
    const took = now() - began;
    const limit = unanswerable ? undefined : limitOfTarget(question, by);
    if (unanswerable || took < SLOW) return { ...examined, ...report, unanswerable, limit };
    // A target that is slow to answer itself is slow to answer others, or could not when it was asked.
    const longer = { ...patience, milliseconds: patience.milliseconds + 2 * took, untilQuiet: false };
    const again = await ask(asker, longer, listener);
    return { ...(again.outcome === 'lost' ? examined : again), ...report, unanswerable, limit };
  } finally {
    listener?.[Symbol.dispose]();
    endTurn?.();
  }
}

function openAsker(
  by: NonNullable<ReachOptions['by']>,
  question: Question,
  { port = 0, size }: { port: number | undefined; size: number | undefined },
): Asker {
  switch (by) {
    case 'icmp':
      return askIcmp(question, size);
    case 'arp':
      return askArp(question);
    case 'nd':
      return askNd(question);
    case 'tcp':
      return new TcpAsker(question, port);
    case 'udp':
      return new UdpAsker(question, port, size);
  }
}

function openListenerFor(call: string, { to, family }: Question, options: ReachOptions): Listener | undefined {
  const { by, port, listen = true } = options;
  if ((by !== 'tcp' && by !== 'udp') || !listen) return undefined;
  if (to.namespace)
    return openListener(to.namespace, {
      ...{ protocol: by, family, address: to.address, port: port ?? 0 },
      scope: to.device?.index,
    });
  if (port !== undefined) return undefined;
  throw new UsageError(
    `${call}: by: '${by}' needs a port: ${to.address} is in no namespace of the lab, so hairpin cannot listen there`,
  );
}

const turns = new WeakMap<Namespace, Map<string, Promise<void>>>();

/**
 * Waits until no other question is being put at a port of a namespace. While one is, hairpin's own listener may stand
 * there, which another question would take for somebody who listens.
 *
 * @returns what ends the turn
 */
async function turnAt(namespace: Namespace, place: string): Promise<() => void> {
  const places = entryOf(turns, namespace, () => new Map<string, Promise<void>>());
  const before = places.get(place);
  const { promise, resolve } = Promise.withResolvers<void>();
  places.set(place, promise);
  await before;
  return () => {
    if (places.get(place) === promise) places.delete(place);
    resolve();
  };
}
