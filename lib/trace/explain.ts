import { PACKET_HOST, PACKET_OTHERHOST } from '../kernel/constants.ts';
import { hasCode } from '../kernel/has-code.ts';
import { Interface, isLink, Namespace } from '../lab/index.ts';
import { settingsOfPort } from '../lab/port.ts';
import { macvlan } from '../links/macvlan.ts';
import type { Outcome } from '../probes/outcome.ts';
import type { Question } from '../probes/question.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { mayLeadTo } from './may-lead-to.ts';
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
import type { ProbePath, Recognize } from './probe-path.ts';
import { describeTaker } from './rules/describe-taker.ts';
import type { TracedPacket } from './rules/follow-packets.ts';
import { type Taken, takenFrom, takenUnseen } from './rules/taken.ts';
import { solicitationOf } from './solicitation.ts';
import { lastBeforeUplink } from './uplink.ts';

/** An obstacle on the way of a question, or of its answer. */
interface Located extends Obstacle {
  /** Whose way it is. */
  of: 'probe' | 'answer';
  at: Hop;
}

/** Where a question, or its answer, stayed behind, and why. */
export interface Explanation extends Located {
  /** `kernel`: it said so itself. `model`: the network's settings would do so. `none`: where it was lost, and no reason. */
  certainty: 'kernel' | 'model' | 'none';
}

/** What is known of a question that was not answered, beside the ways of its packets. */
export interface Testimony {
  outcome: Outcome;
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
export function explainLoss(question: Question, trace: ProbePath, testimony: Testimony): Explanation | undefined {
  const { source } = question;
  const { path, arrival, answer } = trace;
  const taken = takenByRules(question, trace, testimony);
  if (taken) return taken;
  const stranded = strandedAt(answer ? 'answer' : 'probe', answer?.path ?? path, answer ? answer.arrival : arrival);
  if (stranded) return byModel(stranded);
  if (answer?.arrival) return byModel(notTaken(answer.arrival, source.device));
  const known = byModel(knownLoss({ source }, trace));
  if (known) return known;
  // Who got it said no: it is not lost. What it was said by is not always seen to be its answer (an ICMP error).
  if (testimony.outcome === 'refused' && arrival && !answer) return undefined;
  // Where no reason is known, at least the place is.
  const at = placesOfLoss({ source }, trace)[0]?.hop ?? lastOf(answer ? answer.path : path);
  const { namespace } = at.frame.at;
  const hint = `${namespace} has packet filters that may have dropped it: nft list ruleset`;
  const mayBeFiltered = testimony.silent.includes(namespace);
  return {
    of: answer ? 'answer' : 'probe',
    at,
    certainty: 'none',
    text: 'last seen here',
    ...(mayBeFiltered ? { hint } : {}),
  };
}

/**
 * Says what kept a single frame from the stack of a device.
 *
 * @param path what the taps saw of it
 * @param joined whether the device was in the frame's group while it was listened for
 * @param packets what packet filters made of it, as the kernel tells
 */
export function explainFrame(
  path: Hop,
  to: Interface,
  { joined, packets }: { joined: boolean; packets: readonly TracedPacket[] },
): Explanation {
  const arrival = hopsOf(path).find(({ frame }) => frame.at === to && frame.direction === 'in');
  const places = arrival ? [{ hop: arrival }] : placesOnTheWay(path, to);
  const taken = takenFrom(packets, path, places);
  if (taken) return describeTaken('probe', taken);
  if (arrival) {
    const deaf = joined ? undefined : groupObstacle(to, arrival.frame.bytes);
    const unknown = { text: `${to} got it, and did not give it to its own stack` };
    return { of: 'probe', at: arrival, certainty: deaf ? 'model' : 'none', ...(deaf ?? unknown) };
  }
  const known = byModel(onTheWay('probe', path, to));
  if (known) return known;
  const [place] = places;
  const next = place?.step?.next.at;
  const child = isLink(next, macvlan) && !joined ? next : undefined;
  const reason = place && child && childGroupObstacle(child, place.hop.frame.bytes);
  if (place && reason) return { of: 'probe', at: place.hop, certainty: 'model', ...reason };
  return { of: 'probe', at: lastOf(path), certainty: 'none', text: 'last seen here' };
}

function byModel(found: Located | undefined): Explanation | undefined {
  return found && { ...found, certainty: 'model' };
}

/** A rule that took the probe, or its answer. */
function takenByRules(
  { source }: Question,
  trace: ProbePath,
  { packets, recognize }: Testimony,
): Explanation | undefined {
  const { path, answer } = trace;
  const probe = takenFrom(packets, path, placesOfLoss({ source }, { ...trace, answer: undefined }));
  if (probe) return describeTaken('probe', probe);
  if (answer) {
    const taken = takenFrom(packets, answer.path, placesOfLoss({ source }, trace));
    return taken && describeTaken('answer', taken);
  }
  const unseen = takenUnseen(packets, trace, recognize);
  return unseen && describeTaken('probe', unseen, 'its answer');
}

function describeTaken(of: Explanation['of'], { at, namespace, step }: Taken, what?: string): Explanation {
  return { of, at, ...describeTaker(namespace, step, what), certainty: 'kernel' };
}

function knownLoss(
  { source }: Pick<Question, 'source'>,
  { frame, goal, path, target, arrival, answer }: ProbePath,
): Located | undefined {
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
function placesOfLoss({ source }: Pick<Question, 'source'>, trace: ProbePath): Place[] {
  const { target, path, arrival, answer } = trace;
  if (answer) return answer.arrival ? [{ hop: answer.arrival }] : placesOnTheWay(answer.path, source.device);
  if (arrival) return [{ hop: arrival }];
  return target ? placesOnTheWay(path, target) : [];
}

/** Nobody here has the address: the last router to get the packet is where it ends. */
function strayed(path: Hop, goal: string): Located {
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

function onTheWay(of: Explanation['of'], path: Hop, to: Interface | Namespace): Located | undefined {
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
    if (hasCode(error, 'ENODEV')) return undefined;
    throw error;
  }
}

function isBlocked(device: Interface): boolean {
  return device.isPort && settingsOfPort(device).state !== 'forwarding';
}

/**
 * Where a frame that came to its goal as a flooded copy was meant to go: to a host that was to pass it on, and did not.
 */
function strandedAt(of: Explanation['of'], path: Hop, arrival: Hop | undefined): Located | undefined {
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
function notTaken(at: Hop, device: Interface): Located | undefined {
  const { frame } = at;
  // A host takes what is for it by whichever device it comes.
  const packet = ipPacketOf(frame.bytes);
  const reverse = packet && reversePathObstacle(frame.at, packet.source);
  const obstacle = tapObstacle(device) ?? tagObstacle(device, frame.bytes) ?? otherHostObstacle(frame) ?? reverse;
  return obstacle && { of: 'answer', at, ...obstacle };
}

/** No way that hairpin knows of: there may be one all the same, by kinds of links that it does not know. */
function noWay(of: Explanation['of'], path: Hop, to: Interface | Namespace): Located {
  const end = hopsOf(path).find(({ frame }) => frame.direction === 'out' && dummyObstacle(frame.at));
  const dummy = end && dummyObstacle(end.frame.at);
  if (end && dummy) return { of, at: end, ...dummy };
  if (mayLeadTo(path.frame.at, to)) return { of, at: lastOf(path), text: 'last seen here' };
  return { of, at: path, text: `no cable leads from ${path.frame.at} to ${to}` };
}
