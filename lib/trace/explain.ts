import { PACKET_HOST, PACKET_OTHERHOST } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { Interface, Macvlan, Namespace } from '../lab/index.ts';
import { settingsOfPort } from '../lab/port.ts';
import type { Outcome } from '../probes/outcome.ts';
import type { Question } from '../probes/question.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import type { Filtering } from './filter/filter-obstacle.ts';
import {
  filterBetween,
  filterHeard,
  filterHint,
  filterInwards,
  filterTarget,
  stateOfAnswer,
} from './filter/filter-step.ts';
import { FilterWitness } from './filter/filter-witness.ts';
import { translationAt } from './filter/translate.ts';
import { obstacleBetween } from './obstacles/between.ts';
import { dummyObstacle } from './obstacles/dummy.ts';
import { childGroupObstacle, groupObstacle } from './obstacles/group.ts';
import { lostAddress } from './obstacles/lost-address.ts';
import type { Obstacle } from './obstacles/obstacle.ts';
import { otherHostObstacle } from './obstacles/other-host.ts';
import { reversePathObstacle } from './obstacles/reverse-path.ts';
import { routeFor } from './obstacles/route.ts';
import { routerObstacle } from './obstacles/router.ts';
import { tapObstacle } from './obstacles/tap.ts';
import { targetObstacle } from './obstacles/target.ts';
import { tagObstacle } from './obstacles/vlan.ts';
import { type Hop, hopsOf } from './path.ts';
import { type Place, placesNearest } from './place.ts';
import type { ProbePath } from './probe-path.ts';
import { solicitationOf } from './solicitation.ts';
import { lastBeforeUplink } from './uplink.ts';

/** Where a question, or its answer, stayed behind, and why. */
export interface Explanation extends Obstacle {
  /** Whose way it is. */
  of: 'probe' | 'answer';
  at: Hop;
}

/**
 * Says what most likely prevented an answer: follows the way that the lab offers as far as the taps saw the frame go,
 * and asks what stands between there and the next step. Undefined where nothing is known to: better no reason than a
 * wrong one.
 */
export function explainLoss(
  { source }: Question,
  trace: ProbePath,
  { outcome, witness }: { outcome: Outcome; witness: FilterWitness },
): Explanation | undefined {
  const { path, arrival, answer } = trace;
  const stranded = strandedAt(answer ? 'answer' : 'probe', answer?.path ?? path, answer ? answer.arrival : arrival);
  if (stranded && !witness.convicted) return stranded;
  if (answer?.arrival) {
    const taken = witness.convicted ? undefined : notTaken(answer.arrival, source.device);
    return taken ?? explainIgnored(trace, answer.arrival, { outcome, witness });
  }
  const known = knownLoss({ source }, trace);
  const of = answer ? 'answer' : 'probe';
  const place = placeOfLoss({ source }, trace);
  // Where no reason is known, at least the place is.
  const at = known?.at ?? place?.hop ?? lastOf(answer ? answer.path : path);
  const { convicted } = witness;
  const translation = convicted ? undefined : translationAt(at, place?.step?.next, witness);
  if (known && !translation && !convicted) return known;
  const filtering = place && filterAt(place, trace, witness);
  if (place && filtering?.culprit && (filtering.sure || !translation))
    return { of, at: place.hop, ...filtering.culprit };
  if (translation) return { of, at, ...translation };
  const hint = filterHint(at.frame.at.namespace, witness, filtering?.doubt === true);
  // Who got it said no: it is not lost. What it was said by is not always seen to be its answer (an ICMP error).
  if (outcome === 'refused' && arrival && !answer && !hint) return undefined;
  return { of, at, text: 'last seen here', ...(hint ? { hint } : {}) };
}

/**
 * Says what most likely kept a single frame from the stack of a device.
 *
 * @param path what the taps saw of it
 * @param joined whether the device was in the frame's group while it was listened for
 */
export function explainFrame(path: Hop, to: Interface, joined: boolean): Explanation {
  const witness = new FilterWitness();
  const arrival = hopsOf(path).find(({ frame }) => frame.at === to && frame.direction === 'in');
  if (arrival) {
    const deaf = joined ? undefined : groupObstacle(to, arrival.frame.bytes);
    const known = deaf ?? filterHeard(arrival, witness).culprit;
    const unknown = { text: `${to} got it, and did not give it to its own stack` };
    return { of: 'probe', at: arrival, ...(known ?? unknown) };
  }
  const known = onTheWay('probe', path, to);
  if (known) return known;
  const [place] = placesOnTheWay(path, to);
  const step = place?.step;
  const filter = step && filterBetween(place.hop, step.here, step.next, 'new', witness).culprit;
  const child = step?.next.at instanceof Macvlan && !joined ? step.next.at : undefined;
  const reason = filter ?? (place && child && childGroupObstacle(child, place.hop.frame.bytes));
  if (place && reason) return { of: 'probe', at: place.hop, ...reason };
  return { of: 'probe', at: lastOf(path), text: 'last seen here' };
}

/** An answer that came, and was none: a packet filter's own refusal, or one that the asker's packet filter took. */
function explainIgnored(
  { path, arrival }: ProbePath,
  back: Hop,
  { outcome, witness }: { outcome: Outcome; witness: FilterWitness },
): Explanation | undefined {
  if (outcome === 'refused') {
    const { culprit, by } = (arrival && filterInwards(arrival, 'new', witness)) ?? {};
    return culprit && by === 'reject' ? { of: 'probe', at: arrival ?? path, ...culprit } : undefined;
  }
  const { culprit } = filterInwards(back, 'established', witness);
  return culprit && { of: 'answer', at: back, ...culprit };
}

function knownLoss(
  { source }: Pick<Question, 'source'>,
  { frame, goal, path, target, arrival, answer }: ProbePath,
): Explanation | undefined {
  if (answer) return onTheWay('answer', answer.path, source.device);
  if (arrival) {
    // In mode l3s an ipvlan's packets are seen at its parent, in another namespace.
    const { at } = arrival.frame;
    const device = target instanceof Interface && target.namespace !== at.namespace ? target : at;
    const obstacle = otherHostObstacle(arrival.frame) ?? targetObstacle(device, goal, frame, arrival.frame.bytes);
    return obstacle && { of: 'probe', at: arrival, ...obstacle };
  }
  if (!target) return strayed(path, goal);
  return onTheWay('probe', path, target);
}

/** Where a frame was last seen of the way that it was to take; without steps it had arrived. */
function placeOfLoss({ source }: Pick<Question, 'source'>, trace: ProbePath): Place | undefined {
  const { target, path, arrival, answer } = trace;
  if (answer) return placesOnTheWay(answer.path, source.device)[0];
  if (arrival) return { hop: arrival };
  return target && placesOnTheWay(path, target)[0];
}

function filterAt({ hop, step }: Place, trace: ProbePath, witness: FilterWitness): Filtering {
  if (!step) return filterTarget(hop, witness);
  const state = trace.answer ? stateOfAnswer(hop.frame.at, trace) : 'new';
  return filterBetween(hop, step.here, step.next, state, witness);
}

/** Nobody here has the address: the last router to get the packet is where it ends. */
function strayed(path: Hop, goal: string): Explanation {
  const left = lastBeforeUplink(path);
  if (left) return { of: 'probe', ...left };
  const router = hopsOf(path).findLast(
    ({ frame: { at, direction } }) => direction === 'in' && at.namespace.role === 'router',
  );
  // A question for a neighbour is passed on by nobody.
  if (!router || solicitationOf(path.frame.bytes))
    return { of: 'probe', at: path, ...lostAddress(path.frame.at.namespace.lab, goal) };
  const { namespace } = router.frame.at;
  const text = `${namespace} passes it on to nobody who has ${goal}`;
  return { of: 'probe', at: router, ...(routeFor(namespace, goal).obstacle ?? { text }) };
}

/** The end of a path's longest branch. */
function lastOf(path: Hop): Hop {
  return hopsOf(path).reduce((last, hop) => (hop.frame.nanoseconds > last.frame.nanoseconds ? hop : last), path);
}

/** The places that a frame got to on its way to a device, or at least to its host, which takes it by whichever device. */
function placesOnTheWay(path: Hop, to: Interface | Namespace): Place[] {
  const places = placesNearest(path, to);
  return places.length > 0 || to instanceof Namespace ? places : placesNearest(path, to.namespace);
}

function onTheWay(of: Explanation['of'], path: Hop, to: Interface | Namespace): Explanation | undefined {
  const places = placesOnTheWay(path, to);
  if (places.length === 0) {
    const left = lastBeforeUplink(path);
    return left ? { of, ...left } : noWay(of, path, to);
  }
  try {
    const found = places.flatMap(({ hop, step }) => {
      const obstacle = step && obstacleBetween(step.here, step.next, hop.frame);
      return obstacle ? [{ of, at: hop, ...obstacle }] : [];
    });
    // A port that takes nothing in is no obstacle where the frame came by another one, too.
    return found.find(({ at }) => !isBlocked(at.frame.at)) ?? found[0];
  } catch (error) {
    // A device that somebody deleted behind the lab's back cannot be asked for its settings.
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

function isBlocked(device: Interface): boolean {
  return device.isPort && settingsOfPort(device).state !== 'forwarding';
}

/**
 * Where a frame that came to its goal as a flooded copy was meant to go: to a host that was to pass it on, and did not.
 */
function strandedAt(of: Explanation['of'], path: Hop, arrival: Hop | undefined): Explanation | undefined {
  if (arrival?.frame.packetType !== PACKET_OTHERHOST) return undefined;
  const at = hopsOf(path).find(
    ({ frame, next }) =>
      next.length === 0 &&
      frame.direction === 'in' &&
      frame.packetType === PACKET_HOST &&
      !frame.at.isPort &&
      frame.at.children.size === 0 &&
      frame.at.namespace !== arrival.frame.at.namespace,
  );
  if (!at) return undefined;
  const { frame } = at;
  const unknown = { text: `the frame is for ${frame.at.namespace}, which does not pass it on` };
  return {
    of,
    at,
    ...(routerObstacle(frame.at, frame.at, withoutVlanTags(frame.bytes), frame.originalLength) ?? unknown),
  };
}

/** An answer that came to the asker, whose stack does not get it. */
function notTaken(at: Hop, device: Interface): Explanation | undefined {
  const { frame } = at;
  // A host takes what is for it by whichever device it comes.
  const packet = ipPacketOf(frame.bytes);
  const reverse = packet && reversePathObstacle(frame.at, packet.source);
  const obstacle = tapObstacle(device) ?? tagObstacle(device, frame.bytes) ?? otherHostObstacle(frame) ?? reverse;
  return obstacle && { of: 'answer', at, ...obstacle };
}

function noWay(of: Explanation['of'], path: Hop, to: Interface | Namespace): Explanation {
  const end = hopsOf(path).find(({ frame }) => frame.direction === 'out' && dummyObstacle(frame.at));
  const dummy = end && dummyObstacle(end.frame.at);
  return end && dummy
    ? { of, at: end, ...dummy }
    : { of, at: path, text: `no cable leads from ${path.frame.at} to ${to}` };
}
