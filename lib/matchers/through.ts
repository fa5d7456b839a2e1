import { Interface, Namespace, UsageError } from '../lab/index.ts';
import { show } from '../lab/validate.ts';
import { devicesOf, type Hop } from '../trace/path.ts';
import type { ProbePath } from '../trace/probe-path.ts';

/** A place on a path: one device, or any device of a namespace. */
export type Waypoint = Interface | Namespace;

/** What a path must and must not come by. */
export interface Waypoints {
  through: readonly Waypoint[];
  notThrough: readonly Waypoint[];
}

/** Checks the options; undefined when nothing is asked of the path. */
export function checkThrough(
  call: string,
  { lab }: Namespace,
  options: { through?: unknown; notThrough?: unknown },
  isNot: boolean,
): Waypoints | undefined {
  // An option that is there and empty, such as a port that there is none of, would be a check that cannot fail.
  const asked = (['through', 'notThrough'] as const).filter((option) => option in options);
  if (asked.length === 0) return undefined;
  if (isNot)
    throw new UsageError(`${call}: through and notThrough belong to toReach: where nothing arrives there is no path`);
  if (!lab.taps) throw new UsageError(`${call}: through and notThrough need the lab's taps: createLab({ taps: true })`);
  const list = (option: string, value: unknown): Waypoint[] =>
    [value].flat().map((waypoint) => {
      const ours =
        waypoint instanceof Namespace
          ? waypoint.lab === lab
          : waypoint instanceof Interface && waypoint.namespace.lab === lab;
      if (ours) return waypoint as Waypoint;
      throw new UsageError(
        `${call}: ${option} must be a port, an interface or a namespace of the lab, or a list of them: received ${show(waypoint)}`,
      );
    });
  const [through, notThrough] = (['through', 'notThrough'] as const).map((option) => {
    const waypoints = option in options ? list(option, options[option]) : [];
    if (option in options && waypoints.length === 0)
      throw new UsageError(`${call}: ${option} must name a port, an interface or a namespace: received an empty list`);
    return waypoints;
  });
  return { through: through ?? [], notThrough: notThrough ?? [] };
}

/** What is wrong with the way that was taken, or undefined. */
export function describeDetour({ through, notThrough }: Waypoints, trace: ProbePath | undefined): string | undefined {
  if (!trace) return 'and its path is not known: the taps did not see it leave';
  const { path, arrival } = trace;
  // What has not been seen cannot have been avoided: address translation, or a tap without room.
  if (!arrival) return 'and its path is known only in part, as drawn below';
  const forbidden = notThrough.find((waypoint) => devicesOf(path).some((device) => isAt(waypoint, device)));
  if (forbidden) return `through ${forbidden}`;
  return missedWaypoint(through, path);
}

/** Follows one branch of the path: all waypoints must be on it, in order. */
function missedWaypoint(through: readonly Waypoint[], path: Hop): string | undefined {
  const best = mostPassed(through, path);
  const missed = through[best];
  if (!missed) return undefined;
  return best === 0 ? `not through ${missed}` : `not through ${missed} after ${through[best - 1]}`;
}

function mostPassed(through: readonly Waypoint[], { frame, next }: Hop): number {
  const [first, ...rest] = through;
  if (!first) return 0;
  const passed = isAt(first, frame.at) ? 1 : 0;
  // One device may stand for several waypoints in a row, such as a port and its switch.
  if (passed && rest.length > 0 && rest[0] && isAt(rest[0], frame.at)) return 1 + mostPassed(rest, { frame, next });
  const left = passed ? rest : through;
  return passed + Math.max(0, ...next.map((hop) => mostPassed(left, hop)));
}

function isAt(waypoint: Waypoint, device: Interface): boolean {
  return waypoint === device || waypoint === device.namespace;
}
