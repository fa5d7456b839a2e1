import { wrongOption } from '../base/validate.ts';
import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import { type Hop, Interface, type Lab, Namespace, UsageError } from '../lab/index.ts';
import { hopsOf, hopsTo } from '../trace/path.ts';
import type { ProbePath } from '../trace/probe-path.ts';

/** A place on a path: one device, or any device of a namespace. */
export type Waypoint = Interface | Namespace;

/** The places that a path must pass, and those that it must not. */
export interface Waypoints {
  through: readonly Waypoint[];
  notThrough: readonly Waypoint[];
}

/** Checks the options. Undefined if the spec gives neither. */
export function checkThrough(
  call: string,
  { lab }: Namespace,
  options: { through?: unknown; notThrough?: unknown },
  isNot: boolean,
): Waypoints | undefined {
  // `through: undefined` would check nothing, so reject it.
  const asked = (['through', 'notThrough'] as const).filter((option) => option in options);
  if (asked.length === 0) return undefined;
  if (isNot)
    throw new UsageError(`${call}: through and notThrough belong to toReach: where nothing arrives there is no path`);
  if (!lab.taps) throw new UsageError(`${call}: through and notThrough need the lab's taps: createLab({ taps: true })`);
  const [through, notThrough] = (['through', 'notThrough'] as const).map((option) => {
    const values = option in options ? [options[option]].flat() : [];
    const waypoints = values.map((value) => checkWaypoint(call, option, value, lab, ', or a list of them'));
    if (option in options && waypoints.length === 0)
      throw new UsageError(`${call}: ${option} must name a port, an interface or a namespace: received an empty list`);
    return waypoints;
  });
  return { through: through ?? [], notThrough: notThrough ?? [] };
}

/** @throws UsageError unless it is a port, an interface or a namespace of the lab */
export function checkWaypoint(call: string, option: string, value: unknown, lab: Lab, others = ''): Waypoint {
  const isOurs =
    value instanceof Interface ? value.namespace.lab === lab : value instanceof Namespace && value.lab === lab;
  if (isOurs) return value as Waypoint;
  const rule = `a port, an interface or a namespace of the lab${others}`;
  throw wrongOption(call, option, rule, value);
}

/** What is wrong with the path, or undefined. */
export function describeDetour({ through, notThrough }: Waypoints, trace: ProbePath | undefined): string | undefined {
  if (!trace) return 'and its path is not known: the taps did not see it leave';
  const ways = waysTaken(trace);
  // The unseen part of a path may pass anywhere: after address translation, or when a tap had no room.
  if (ways.length === 0) return 'and its path is known only in part, as drawn below';
  const forbidden = notThrough.find((waypoint) =>
    ways.some((way) => way.some(({ frame }) => isAt(waypoint, frame.at))),
  );
  if (forbidden) return `through ${forbidden}`;
  return missedWaypoint(through, ways);
}

/** One path per copy that reached the host that answered; other flooded copies are ignored. */
function waysTaken({ path, arrival }: ProbePath): Hop[][] {
  if (!arrival || arrival.frame.packetType === PACKET_OTHERHOST) return [];
  const isArrival = ({ at, direction, packetType }: Hop['frame']) =>
    at === arrival.frame.at && direction === 'in' && packetType !== PACKET_OTHERHOST;
  return hopsOf(path)
    .filter((hop) => isArrival(hop.frame))
    .map((goal) => hopsTo(path, (hop) => hop === goal));
}

/** All waypoints must be on one way, in their order. */
function missedWaypoint(through: readonly Waypoint[], ways: readonly Hop[][]): string | undefined {
  const best = Math.max(...ways.map((way) => countPassed(through, way)));
  const missed = through[best];
  if (!missed) return undefined;
  return best === 0 ? `not through ${missed}` : `not through ${missed} after ${through[best - 1]}`;
}

/** How many waypoints a path has passed. One device may count for several in a row, such as a port and its switch. */
function countPassed(through: readonly Waypoint[], way: readonly Hop[]): number {
  let passed = 0;
  for (const { frame } of way) {
    for (let next = through[passed]; next && isAt(next, frame.at); next = through[passed]) passed++;
  }
  return passed;
}

function isAt(waypoint: Waypoint, device: Interface): boolean {
  return waypoint === device || waypoint === device.namespace;
}
