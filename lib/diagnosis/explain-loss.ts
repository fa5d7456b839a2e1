import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import { type Hop, Interface, type Namespace } from '../lab/index.ts';
import type { Outcome } from '../probes/outcome.ts';
import type { Question } from '../probes/question.ts';
import { nextHop } from '../probes/source.ts';
import { forwards } from '../trace/forwards.ts';
import type { Place } from '../trace/place.ts';
import type { ProbePath, Recognize } from '../trace/probe-path.ts';
import type { TracedPacket } from '../trace/rules/follow-packets.ts';
import { type Taken, takenFrom, takenUnseen } from '../trace/rules/taken.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { bridgedBack } from './causes/bridged-back.ts';
import { answerLossCause } from './causes/impairment.ts';
import { localnetCause } from './causes/localnet.ts';
import { misdirected } from './causes/misdirected.ts';
import { silentNeighbour } from './causes/neighbour.ts';
import { otherHostCause } from './causes/other-host.ts';
import { programCause, programOfQuestion } from './causes/programs.ts';
import { redirected } from './causes/redirect.ts';
import { reversePathCause } from './causes/reverse-path.ts';
import type { Known } from './causes/router.ts';
import { takenByChild } from './causes/taken-by-child.ts';
import { takerCause, type Whose } from './causes/taker.ts';
import { tapCause } from './causes/tap.ts';
import { targetCause } from './causes/target.ts';
import { takenOuter } from './causes/tunnel.ts';
import { unsentQuestion } from './causes/unsent-question.ts';
import { tagCause } from './causes/vlan.ts';
import type { Loss } from './finding.ts';
import { type Located, lastOf, onTheWay, placesOnTheWay, strayed } from './lost-on-the-way.ts';
import { withLostQuestion } from './lost-question.ts';

/** Who asked, by what, since when, and what packet filters made of it. */
type Asked = Pick<Question, 'source'> & Known;

/** What is known of a question that was not answered, beside the ways of its packets. */
interface Testimony {
  outcome: Outcome;
  /** When it was first asked, in nanoseconds by the clock of the taps. */
  since: bigint;
  recognize: Recognize;
  /** What packet filters made of them, as the kernel tells; none where it was not asked, or had nothing to tell. */
  packets: readonly TracedPacket[];
  /** Whose packet filters nobody told of. */
  silent: readonly Namespace[];
}

/**
 * Says what prevented an answer. The kernel's own word comes first: the rule that took a packet. Otherwise the way that
 * the lab offers is followed as far as the taps saw the frame go: what stands between there and the next step? Undefined
 * where nothing is known to: better no reason than a wrong one.
 */
export function explainLoss(question: Question, trace: ProbePath, testimony: Testimony): Loss | undefined {
  const { source } = question;
  const { path, arrival, answer } = trace;
  const taken = takenByRules(question, trace, testimony);
  if (taken) return taken;
  const outer =
    answer?.arrival || (arrival && !answer)
      ? undefined
      : takenOuter(answer?.path ?? path, testimony.packets, answer ? source.device : trace.target);
  if (outer) return { of: answer ? 'answer' : 'probe', ...outer, certainty: 'kernel' };
  const elsewhere = takenElsewhere(question, trace);
  if (elsewhere) return byModel(elsewhere);
  const localnet = answer ? undefined : localnetCause(path, testimony.packets, testimony.recognize);
  if (localnet) return byModel({ of: 'probe', ...localnet });
  const back = answer || arrival ? undefined : bridgedBack(path, testimony.packets);
  if (back) return byModel({ of: 'probe', ...back });
  const { since, packets } = testimony;
  const stray = strayOf({ source, since, packets }, trace);
  if (stray) return byModel(stray);
  if (answer?.arrival) return byModel(notTaken(answer.arrival, source.device));
  const known = byModel(knownLoss({ source, since, packets }, trace));
  const unanswered = known?.cause.code === 'neighbour.unanswered' ? known.cause.facts.asked : undefined;
  const byProgram = unanswered && programOfQuestion(question.from, unanswered, since);
  if (known && byProgram) return { ...known, certainty: 'guess', cause: byProgram };
  if (known) return { ...known, cause: withLostQuestion(question.from.lab, known.cause, { since, packets }) };
  // Who got it said no: it is not lost. What it was said by is not always seen to be its answer (an ICMP error).
  if (testimony.outcome === 'refused' && arrival && !answer?.arrival) return undefined;
  // Where no reason is known, at least the place is.
  const places = placesOfLoss({ source }, trace);
  const at = places[0]?.hop ?? lastOf(answer ? answer.path : path);
  const unsent = unsentQuestion(at, packets);
  if (unsent) return byTaker(answer ? 'answer' : 'probe', unsent, unsent.whose);
  for (const place of places.length > 0 ? places : [{ hop: at }]) {
    const cause = programCause(place);
    if (cause) return { of: answer ? 'answer' : 'probe', hop: place.hop, certainty: 'guess', cause };
  }
  const { namespace } = at.frame.at;
  const hop = testimony.outcome === 'refused' && forwardsFrom(at) ? silentNeighbour(namespace, since) : undefined;
  if (hop) {
    const cause = withLostQuestion(namespace.lab, hop, { since, packets });
    return { of: answer ? 'answer' : 'probe', hop: at, certainty: 'model', cause };
  }
  const silent = testimony.silent.includes(namespace) ? { silent: namespace.name } : {};
  return { of: answer ? 'answer' : 'probe', hop: at, certainty: 'guess', cause: { code: 'unknown', facts: silent } };
}

/** Whether a packet was last seen as it came to a router. */
function forwardsFrom({ frame: { at, direction } }: Hop): boolean {
  return direction === 'in' && !at.isPort && forwards(at.namespace);
}

function byModel(found: Located | undefined): Loss | undefined {
  return found && { ...found, certainty: 'model' };
}

/** A probe that did not arrive, or an answer, that a filter of a device took elsewhere. */
function takenElsewhere(question: Question, { path, target, answer }: ProbePath): Located | undefined {
  if (answer) {
    const found = answer.arrival ? undefined : redirected(answer.path, { by: undefined, goal: question.source.device });
    return found && { of: 'answer', ...found };
  }
  const hop = nextHop(question);
  const found = redirected(path, { by: typeof hop === 'string' ? undefined : hop.device, goal: target });
  return found && { of: 'probe', ...found };
}

/** A rule that took the probe, or its answer. */
function takenByRules({ source }: Question, trace: ProbePath, { packets, recognize }: Testimony): Loss | undefined {
  const { path, answer } = trace;
  const probe = takenFrom(packets, path, placesOfLoss({ source }, { ...trace, answer: undefined }));
  if (probe) return byTaker('probe', probe);
  if (answer) {
    const taken = takenFrom(packets, answer.path, placesOfLoss({ source }, trace));
    return taken && byTaker('answer', taken);
  }
  const unseen = takenUnseen(packets, trace, recognize);
  return unseen && byTaker('probe', unseen, { is: 'answer' });
}

/** A rule that took a packet, as the kernel tells it. */
export function byTaker(of: Loss['of'], { at, namespace, step }: Taken, whose?: Whose): Loss {
  return { of, hop: at, cause: takerCause(namespace, step, whose), certainty: 'kernel' };
}

function knownLoss(asked: Asked, { goal, path, target, arrival, answer }: ProbePath): Located | undefined {
  const { source, since } = asked;
  if (answer) return onTheWay('answer', answer.path, source.device, asked);
  if (arrival) {
    // In mode l3s an ipvlan's packets are seen at its parent, in another namespace.
    const { at } = arrival.frame;
    const device = target instanceof Interface && target.namespace !== at.namespace ? target : at;
    const cause =
      otherHostCause(arrival.frame) ??
      takenByChild(arrival.frame) ??
      targetCause(device, goal, arrival.frame.bytes, since) ??
      answerLossCause(arrival.frame, source.address);
    return cause && { of: 'probe', hop: arrival, cause };
  }
  if (!target) return strayed(path, goal, asked);
  return onTheWay('probe', path, target, asked);
}

/** Where a frame was last seen of the way that it was to take; without steps it had arrived. */
export function placesOfLoss({ source }: Pick<Question, 'source'>, trace: ProbePath): Place[] {
  const { target, path, arrival, answer } = trace;
  if (answer) return answer.arrival ? [{ hop: answer.arrival }] : placesOnTheWay(answer.path, source.device);
  if (arrival) return [{ hop: arrival }];
  return target ? placesOnTheWay(path, target) : [];
}

/** A packet that came to another host than its goal, or to that only as a flooded copy. */
function strayOf(asked: Asked, trace: ProbePath): Located | undefined {
  const { path, target, arrival, answer } = trace;
  const [end, way] = answer ? [answer.arrival, answer.path] : [arrival, path];
  if (end && end.frame.packetType !== PACKET_OTHERHOST) return undefined;
  const goal = answer ? asked.source.device : target;
  const found = goal && misdirected(way, asked);
  // Where it was on its way to the goal, the next step says more.
  const isOnTheWay = !end && found && placesOnTheWay(way, goal).some(({ hop }) => hop === found.hop);
  return found && !isOnTheWay ? { of: answer ? 'answer' : 'probe', ...found } : undefined;
}

/** An answer that came to the asker, whose stack does not get it. */
function notTaken(at: Hop, device: Interface): Located | undefined {
  const { frame } = at;
  // A host takes what is for it by whichever device it comes.
  const packet = ipPacketOf(frame.bytes);
  const reverse = packet && reversePathCause(frame.at, packet.source);
  const cause =
    tapCause(device) ?? tagCause(device, frame.bytes) ?? otherHostCause(frame) ?? takenByChild(frame) ?? reverse;
  return cause && { of: 'answer', hop: at, cause };
}
