import { KernelError } from '../kernel/kernel-error.ts';
import { hadNftables } from '../kernel/nftables.ts';
import { type Interface, Ipvlan, Macvlan, type Namespace, Port, Vlan } from '../lab/index.ts';
import type { Question } from '../probes/question.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { expectedWay, type Step } from './expected-way.ts';
import { cableObstacle } from './obstacles/cable.ts';
import { dummyObstacle } from './obstacles/dummy.ts';
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
  { frame, goal, path, arrival, answer }: ProbePath,
): Explanation | undefined {
  if (answer?.arrival) return notTaken(answer.arrival, source.device);
  const known = knownLoss({ from, source }, { frame, goal, path, arrival, answer });
  if (known) return known;
  // No reason is known: then at least the place is.
  const at = arrival ?? (answer ? lastOf(answer.path) : lastOf(path));
  const { namespace } = at.frame.at;
  const filtered = hadNftables(namespace.handle);
  const hint = filtered ? `${namespace} has packet filters, which may have dropped it: nft list ruleset` : undefined;
  return { of: answer ? 'answer' : 'probe', at, text: 'last seen here', ...(hint ? { hint } : {}) };
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

/** Nobody here has the address: the last router to get the packet is where it ends. */
function strayed(path: Hop, goal: string): Explanation {
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

function onTheWay(of: Explanation['of'], path: Hop, from: Interface, to: Interface): Explanation | undefined {
  const way = expectedWay(from, to);
  if (!way) return noWay(of, path, from, to);
  const seen = way.map((step) =>
    hopsOf(path).find(({ frame }) => frame.at === step.at && frame.direction === step.direction),
  );
  const last = seen.findLastIndex((hop) => hop !== undefined);
  const [hop, here, next] = [seen[last], way[last], way[last + 1]];
  if (!hop || !here || !next) return undefined;
  try {
    const obstacle = obstacleBetween(here, next, hop.frame.bytes);
    return obstacle && { of, at: hop, ...obstacle };
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
function obstacleBetween(here: Step, next: Step, seen: Buffer): Obstacle | undefined {
  const bytes = withoutVlanTags(seen);
  if (here.direction === 'out' && next.direction === 'in' && here.at.peer === next.at)
    return cableObstacle(here.at, next.at, bytes.length);
  if (here.direction === 'in' && next.direction === 'in') return handOverObstacle(here.at, next.at, seen);
  if (here.at instanceof Macvlan && next.at instanceof Macvlan) return macvlanObstacle(here.at.parent, next.at, bytes);
  if (here.at instanceof Ipvlan && next.at instanceof Ipvlan) return ipvlanSiblingObstacle(here.at, next.at, bytes);
  if (here.at instanceof Ipvlan && here.at.parent === next.at) return ipvlanOutObstacle(here.at, bytes);
  if (here.at instanceof Port && next.at instanceof Port) return switchObstacle(here.at, next.at, bytes);
  if (here.direction === 'in' && next.direction === 'out') return routerObstacle(here.at, next.at, bytes);
  return undefined;
}

/** What keeps a parent from handing a frame to what is on top of it. */
function handOverObstacle(parent: Interface, child: Interface, seen: Buffer): Obstacle | undefined {
  if (child instanceof Vlan) return vlanObstacle(child, seen);
  if (child instanceof Macvlan) return macvlanObstacle(parent, child, withoutVlanTags(seen));
  if (child instanceof Ipvlan) return ipvlanObstacle(child, withoutVlanTags(seen));
  return undefined;
}
