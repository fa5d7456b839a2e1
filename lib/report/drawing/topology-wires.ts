import { type DeviceBox, METRICS } from './topology-box.ts';
import type { Point, Wire } from './topology-layout.ts';

/** What a packet passed, looked up by name. */
export interface Trail {
  devices: ReadonlySet<string>;
  /** Edges by their id, in either direction; the value is the device that the packet came from. */
  hops: ReadonlyMap<string, string>;
  lostAt: string | undefined;
}

export function trailOf(paths: readonly (readonly string[])[], lostAt: string | undefined): Trail {
  const hops = new Map<string, string>();
  for (const path of paths) {
    for (const [index, to] of path.slice(1).entries()) {
      const from = path[index] as string;
      // An edge does not know which way it was passed: both of its names lead here.
      for (const id of [`${from} ${to}`, `${to} ${from}`]) if (!hops.has(id)) hops.set(id, from);
    }
  }
  return { devices: new Set(paths.flat()), hops, lostAt };
}

/** A wire through its two runs, with an arrow in the middle of its bend where a packet passed. */
export function wirePath({ edge, left, runs, middle }: Wire, { hops }: Trail): string {
  const passedFrom = hops.get(`${edge.from} ${edge.to}`);
  const [[start, from], [to, end]] = runs;
  const controls = `C${round(middle)} ${round(from.y)} ${round(middle)} ${round(to.y)} `;
  const isStraight = Math.abs(from.y - to.y) < 1;
  const words = `M${show(start)}${level(start, from)}${isStraight ? 'L' : controls}${show(to)}${level(to, end)}`;
  const line = `<path d="${words}" fill="none" stroke="currentColor"/>`;
  if (passedFrom === undefined) return line;
  // The middle of such a curve is three quarters of the way to its points of control; the tangent there is (dx, 2 dy).
  const at = `${round(0.75 * middle + (from.x + to.x) / 8)} ${round((from.y + to.y) / 2)}`;
  const angle = Math.atan2(2 * (to.y - from.y), to.x - from.x) + (passedFrom === left ? 0 : Math.PI);
  return `${line}\n<polygon points="8,0 -6,-7 -6,7" transform="translate(${at}) rotate(${round((angle * 180) / Math.PI)})"/>`;
}

/** To the side of a column, where the device does not reach it. */
function level(from: Point, to: Point): string {
  return from.x === to.x ? '' : `H${round(to.x)}`;
}

/** An elbow from the device below to one that hangs under it in the same namespace. */
export function nestedWire(above: DeviceBox, device: DeviceBox): string {
  const x = above.x + (device.x - above.x) / 2;
  const y = device.y + device.height / 2;
  return `<path d="M${round(x)} ${above.y + above.height}V${round(y)}H${round(device.x)}" fill="none" stroke="currentColor"/>`;
}

/** Between two devices of a namespace: in one column along its right side, else from one column to the other. */
export function besideWire(one: DeviceBox, other: DeviceBox): string {
  const [left, right] = one.x <= other.x ? [one, other] : [other, one];
  const [from, to] = [left, right].map(({ y, height }) => y + height / 2) as [number, number];
  const [start, end] = [left.x + left.width, right.x + right.width];
  const isBeside = start <= right.x;
  const middle = isBeside ? (start + right.x) / 2 : Math.max(start, end) + METRICS.padding / 2;
  const words = `M${round(start)} ${round(from)}H${round(middle)}V${round(to)}H${round(isBeside ? right.x : end)}`;
  return `<path d="${words}" fill="none" stroke="currentColor"/>`;
}

function show({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
