import { KernelError } from '../kernel/kernel-error.ts';
import { Bridge, type Interface, Ipvlan, Macvlan, type Namespace, Port, Vlan } from '../lab/index.ts';
import type { Outcome } from '../probes/outcome.ts';
import type { Question } from '../probes/question.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import type { CapturedFrame } from './capture.ts';
import { expectedWay, type Step } from './expected-way.ts';
import type { Filtering } from './filter/filter-obstacle.ts';
import { filterBetween, filterInwards, filterTarget } from './filter/filter-step.ts';
import type { FilterWitness } from './filter/filter-witness.ts';
import { bridgeObstacle } from './obstacles/bridge.ts';
import { cableObstacle } from './obstacles/cable.ts';
import { dummyObstacle } from './obstacles/dummy.ts';
import { groupObstacle } from './obstacles/group.ts';
import { ipvlanObstacle, ipvlanOutObstacle, ipvlanSiblingObstacle } from './obstacles/ipvlan.ts';
import { macvlanObstacle } from './obstacles/macvlan.ts';
import type { Obstacle } from './obstacles/obstacle.ts';
import { ownerOf } from './obstacles/owner.ts';
import { routerObstacle } from './obstacles/router.ts';
import { switchObstacle } from './obstacles/switch.ts';
import { tapObstacle } from './obstacles/tap.ts';
import { targetObstacle } from './obstacles/target.ts';
import { tagObstacle, vlanObstacle } from './obstacles/vlan.ts';
import { type Hop, hopsOf } from './path.ts';
import type { ProbePath } from './probe-path.ts';
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
  { from, source }: Question,
  trace: ProbePath,
  { outcome, witness }: { outcome: Outcome; witness: FilterWitness },
): Explanation | undefined {
  const { frame, goal, path, arrival, answer } = trace;
  if (answer?.arrival) {
    const taken = notTaken(answer.arrival, source.device);
    return taken ?? explainIgnored(trace, answer.arrival, { outcome, witness });
  }
  const known = knownLoss({ from, source }, { frame, goal, path, arrival, answer });
  if (known) return known;
  const of = answer ? 'answer' : 'probe';
  const place = placeOfLoss({ from, source }, trace);
  const filtering = place && filterAt(place, trace, witness);
  if (place && filtering?.culprit) return { of, at: place.hop, ...filtering.culprit };
  // No reason is known: then at least the place is.
  const at = place?.hop ?? lastOf(answer ? answer.path : path);
  const { namespace } = at.frame.at;
  const hint = filtering?.doubt
    ? `${namespace} has packet filters that may have dropped it: nft list ruleset`
    : undefined;
  return { of, at, text: 'last seen here', ...(hint ? { hint } : {}) };
}

/**
 * Says what most likely kept a single frame from a device, or undefined when it came to it.
 *
 * @param path what the taps saw of it
 */
export function explainFrame(path: Hop, from: Interface, to: Interface): Explanation | undefined {
  const arrival = hopsOf(path).find(({ frame }) => frame.at === to && frame.direction === 'in');
  if (arrival) {
    const unknown = { text: `${to} got it, and did not give it to its own stack` };
    return { of: 'probe', at: arrival, ...(groupObstacle(to, arrival.frame.bytes) ?? unknown) };
  }
  return onTheWay('probe', path, from, to) ?? { of: 'probe', at: lastOf(path), text: 'last seen here' };
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
  { from, source }: Pick<Question, 'from' | 'source'>,
  { frame, goal, path, arrival, answer }: ProbePath,
): Explanation | undefined {
  if (answer) return onTheWay('answer', answer.path, answer.path.frame.at, source.device);
  const target = ownerOf(from.lab, goal);
  if (arrival) {
    const obstacle = targetObstacle(target ?? arrival.frame.at, goal, frame, arrival.frame.bytes);
    return obstacle && { of: 'probe', at: arrival, ...obstacle };
  }
  if (!target) return strayed(path, goal);
  return onTheWay('probe', path, source.device, target);
}

/** Where a frame was last seen of the way that it was to take; without steps it had arrived. */
function placeOfLoss({ from, source }: Pick<Question, 'from' | 'source'>, trace: ProbePath): Place | undefined {
  const { goal, path, arrival, answer } = trace;
  if (answer) return placeOnTheWay(answer.path, answer.path.frame.at, source.device);
  if (arrival) return { hop: arrival };
  const target = ownerOf(from.lab, goal);
  return target && placeOnTheWay(path, source.device, target);
}

function filterAt({ hop, step }: Place, { answer }: ProbePath, witness: FilterWitness): Filtering {
  const state = answer ? 'established' : 'new';
  if (!step) return filterTarget(hop, witness);
  return filterBetween(hop, step.here, step.next, state, witness);
}

/** Nobody here has the address: the last router to get the packet is where it ends. */
function strayed(path: Hop, goal: string): Explanation {
  const left = lastBeforeUplink(path);
  if (left) return { of: 'probe', ...left };
  const router = hopsOf(path).findLast(
    ({ frame: { at, direction } }) => direction === 'in' && at.namespace.role === 'router',
  );
  if (!router) return { of: 'probe', at: path, text: `no device of the lab has ${goal}` };
  const { namespace } = router.frame.at;
  const text = hasRoute(namespace, goal)
    ? `${namespace} passes it on to nobody who has ${goal}`
    : `${namespace} has no route to ${goal}`;
  return { of: 'probe', at: router, text };
}

function hasRoute(namespace: Namespace, address: string): boolean {
  try {
    namespace.route.get(address);
    return true;
  } catch (error) {
    if (error instanceof KernelError) return false;
    throw error;
  }
}

/** The end of a path's longest branch. */
function lastOf(path: Hop): Hop {
  return hopsOf(path).reduce((last, hop) => (hop.frame.nanoseconds > last.frame.nanoseconds ? hop : last), path);
}

/** The last place where a frame was seen, and the step that it did not take from there. */
interface Place {
  hop: Hop;
  step?: { here: Step; next: Step };
}

function placeOnTheWay(path: Hop, from: Interface, to: Interface): Place | undefined {
  const way = expectedWay(from, to) ?? [];
  const seen = way.map((step) =>
    hopsOf(path).find(({ frame }) => frame.at === step.at && frame.direction === step.direction),
  );
  const last = seen.findLastIndex((hop) => hop !== undefined);
  const [hop, here, next] = [seen[last], way[last], way[last + 1]];
  return hop && here && next && { hop, step: { here, next } };
}

function onTheWay(of: Explanation['of'], path: Hop, from: Interface, to: Interface): Explanation | undefined {
  if (!expectedWay(from, to)) {
    const left = lastBeforeUplink(path);
    return left ? { of, ...left } : noWay(of, path, from, to);
  }
  const place = placeOnTheWay(path, from, to);
  if (!place?.step) return undefined;
  try {
    const obstacle = obstacleBetween(place.step.here, place.step.next, place.hop.frame);
    return obstacle && { of, at: place.hop, ...obstacle };
  } catch (error) {
    // A device that somebody deleted behind the lab's back cannot be asked for its settings.
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

/** An answer that came to the device of the asker, whose stack does not get it. */
function notTaken(at: Hop, device: Interface): Explanation | undefined {
  const obstacle = tapObstacle(device) ?? tagObstacle(device, at.frame.bytes);
  return obstacle && { of: 'answer', at, ...obstacle };
}

function noWay(of: Explanation['of'], path: Hop, from: Interface, to: Interface): Explanation {
  const end = hopsOf(path).find(({ frame }) => frame.direction === 'out' && dummyObstacle(frame.at));
  const dummy = end && dummyObstacle(end.frame.at);
  return end && dummy ? { of, at: end, ...dummy } : { of, at: path, text: `no cable leads from ${from} to ${to}` };
}

/** What stands between two neighbouring steps. A new kind of link adds its line here, and a file of its own. */
function obstacleBetween(here: Step, next: Step, { bytes: seen, originalLength }: CapturedFrame): Obstacle | undefined {
  const bytes = withoutVlanTags(seen);
  // Of a long frame the taps keep the beginning alone.
  const length = originalLength - (seen.length - bytes.length);
  if (here.direction === 'out' && next.direction === 'in' && here.at.peer === next.at)
    return cableObstacle(here.at, next.at, length);
  if (here.direction === 'in' && next.direction === 'in') return handOverObstacle(here.at, next.at, seen);
  if (here.at instanceof Macvlan && next.at instanceof Macvlan) return macvlanObstacle(here.at.parent, next.at, bytes);
  if (here.at instanceof Ipvlan && next.at instanceof Ipvlan) return ipvlanSiblingObstacle(here.at, next.at, bytes);
  if (here.at instanceof Ipvlan && here.at.parent === next.at) return ipvlanOutObstacle(here.at, bytes);
  if (here.at instanceof Bridge || next.at instanceof Bridge) {
    const obstacle = bridgeObstacle(here, next);
    if (obstacle) return obstacle;
  }
  if (here.at instanceof Port && next.at instanceof Port) return switchObstacle(here.at, next.at, bytes);
  if (here.direction === 'in' && next.direction === 'out') return routerObstacle(here.at, next.at, bytes, length);
  return undefined;
}

/** What keeps a parent from handing a frame to what is on top of it. */
function handOverObstacle(parent: Interface, child: Interface, seen: Buffer): Obstacle | undefined {
  if (child instanceof Vlan) return vlanObstacle(child, seen);
  if (child instanceof Macvlan) return macvlanObstacle(parent, child, withoutVlanTags(seen));
  if (child instanceof Ipvlan) return ipvlanObstacle(child, withoutVlanTags(seen));
  return undefined;
}
