import type { PacketDrop } from '../kernel/drops/packet-drops.ts';
import { type CapturedFrame, type Hop, type Interface, type Lab, Namespace } from '../lab/index.ts';
import type { Cause, CauseOf } from '../model/cause.ts';
import { Capture } from '../trace/capture.ts';
import { holdersOf } from '../trace/owner.ts';
import { hopsOf } from '../trace/path.ts';
import { pathOf } from '../trace/probe-path.ts';
import { filteringIn } from '../trace/rules/rule-traces.ts';
import { takenFrom } from '../trace/rules/taken.ts';
import { advertised, isAbout, solicitationOf } from '../trace/solicitation.ts';
import { lostNextHop } from './causes/address.ts';
import { meaningOf } from './causes/kernel-reason.ts';
import type { Known } from './causes/router.ts';
import { takerCause } from './causes/taker.ts';
import type { CauseAt } from './finding.ts';
import { dropAt } from './kernel-drop.ts';
import { lastOf, onTheWay, placesOnTheWay } from './lost-on-the-way.ts';
import { deviceName } from './names.ts';

/**
 * A cause with what is known besides, if it is a question for a neighbour without an answer: where the question, or its answer, was lost,
 * and why.
 */
export function withLostQuestion(lab: Lab, cause: Cause, known: Known): Cause {
  if (!isOpen(cause)) return cause;
  const lost = followed(lab, cause, known.since);
  if (!lost) return cause;
  const { path, to, address, hasOthers } = lost;
  if (!to) return withLoss(cause, { hop: lastOf(path), cause: lostNextHop(path.frame.at.namespace, address) });
  const taken = takenByRule(path, to, { address, packets: known.packets });
  return withLoss(cause, taken ?? (hasOthers ? undefined : lostOnTheWay(path, to, known)));
}

/** The same by the kernel's reason for a drop, where nothing else is known. */
export function withDroppedQuestion(lab: Lab, cause: Cause, drops: readonly PacketDrop[], since: bigint): Cause {
  if (!isOpen(cause)) return cause;
  const lost = followed(lab, cause, since);
  if (!lost?.to) return cause;
  const { path, to } = lost;
  const [place, ...others] = placesOnTheWay(path, to);
  const hop = place?.hop ?? lastOf(path);
  const next = [...(place ? [place] : []), ...others].flatMap(({ step }) => step?.next.at ?? []);
  const { at } = hop.frame;
  const trace = { path, answer: undefined };
  const drop = dropAt({ namespace: at.namespace, device: at, next }, drops, {
    trace,
    recognize: () => undefined,
    hops: [],
  });
  const meaning = drop && meaningOf(drop);
  return withLoss(cause, meaning && { hop, cause: meaning });
}

type Open = CauseOf<'neighbour.unanswered' | 'neighbour.answer-lost'>;

function isOpen(cause: Cause): cause is Open {
  const isNeighbour = cause.code === 'neighbour.unanswered' || cause.code === 'neighbour.answer-lost';
  return isNeighbour && cause.facts.lost === undefined;
}

/** The way of the question, or of the answer that did not come; `to`: who was to get it, where anybody is. */
function followed(lab: Lab, cause: Open, since: bigint) {
  const { by, address, answeredBy } = cause.facts.asked;
  const frames = lab.taps ? Capture.of(lab).since(since) : [];
  const sentBy = (name: string | undefined, isIt: (bytes: Buffer) => boolean) =>
    frames.findLast(
      ({ at, direction, bytes }) =>
        direction === 'out' && at.namespace.name === name && isOfOwnDevice(at) && isIt(bytes),
    );
  const question = sentBy(by, (bytes) => solicitationOf(bytes)?.target === address);
  const answer = sentBy(answeredBy, (bytes) => advertised(bytes) === address);
  const [holder, another] = holdersOf(lab, address);
  const isAnswer = cause.code === 'neighbour.answer-lost';
  const first = isAnswer ? answer : question;
  const path = first && pathOf(frames, first);
  const to = isAnswer ? question?.at : (holder?.device ?? holder?.namespace);
  return path && { path, to, address, hasOthers: another !== undefined };
}

function withLoss(cause: Open, lost: CauseAt | undefined): Cause {
  if (!lost) return cause;
  // It says already whose question it is.
  if ('asked' in lost.cause.facts) return lost.cause;
  const facts = { ...cause.facts, lost: { lastSeen: deviceName(lost.hop.frame.at), cause: lost.cause } };
  return { ...cause, facts } as Cause;
}

/** A rule of a packet filter took the message, or the answer of the host that it came to. */
function takenByRule(
  path: Hop,
  to: Interface | Namespace,
  { address, packets }: { address: string } & Pick<Known, 'packets'>,
): CauseAt | undefined {
  const taken = takenFrom(packets, path, placesOnTheWay(path, to));
  if (taken) return { hop: taken.at, cause: takerCause(taken.namespace, taken.step) };
  const host = to instanceof Namespace ? to : to.namespace;
  const unsent = packets.find(
    ({ namespace, taker, seen }) =>
      namespace === host &&
      taker &&
      seen.some(({ frame, iif }) => iif === undefined && isAbout(frame, 'answer', address)),
  );
  const hop = unsent && hopsOf(path).find(({ frame }) => frame.at.namespace === host);
  return hop && unsent.taker && { hop, cause: takerCause(host, unsent.taker, { is: 'answer' }) };
}

/** Where a packet filter may have dropped it, and none said so, there is no reason. */
function lostOnTheWay(path: Hop, to: Interface | Namespace, known: Known): CauseAt | undefined {
  const filtering = filteringIn(path.frame.at.namespace.lab);
  if (hopsOf(path).some(({ frame: { at } }) => filtering.includes(at.namespace))) return undefined;
  return onTheWay('probe', path, to, known);
}

/** What a port of a bridge sends, others have sent. */
function isOfOwnDevice({ isPort }: CapturedFrame['at']): boolean {
  return !isPort;
}
