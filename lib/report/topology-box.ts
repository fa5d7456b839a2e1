import { namespaceOf, type TopologyDevice, type TopologyEdge, type TopologyNamespace } from './topology.ts';
import type { DirectedEdge } from './topology-order.ts';

/** Pixels. A monospaced character is at most 0.61 of its font's size wide in any common font, so text never overflows. */
export const METRICS = {
  character: 7.4,
  line: 16,
  padding: 10,
  gap: 8,
  title: 30,
  titleCharacter: 8.6,
  icon: 22,
  indent: 18,
} as const;

/** A namespace's box, with its devices in it: positions are relative to its upper left corner. */
export interface Box {
  namespace: TopologyNamespace;
  width: number;
  height: number;
  devices: DeviceBox[];
  /** Edges inside whose upper device hangs under another one: of a bridge all but one of its ports. */
  besides: { edge: TopologyEdge; from: DeviceBox; to: DeviceBox }[];
}

export interface DeviceBox {
  device: TopologyDevice;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The device in the same namespace that it hangs under. */
  under?: { key: string; edge: TopologyEdge };
}

/** A device with those of its own namespace that are made on it, in the order in which they are drawn. */
interface Group {
  rows: { device: TopologyDevice; depth: number; under?: DeviceBox['under'] }[];
  side: 'left' | 'right' | 'both' | 'none';
  width: number;
  height: number;
  /** Where its other ends are, so that lines do not cross; not a number where there are none. */
  pull: number;
}

/** How wide a device's text is, and how many lines it takes. */
export function deviceLines({ addresses, notes, fault }: TopologyDevice): { addresses: string[]; state: string } {
  return { addresses, state: [...(fault ? [fault] : []), ...notes].join(', ') };
}

/**
 * Arranges a namespace: devices stand on the side on which they are connected, those connected on both as wide as the
 * box. The height does not depend on `pull`, which orders the devices of a side.
 *
 * @param pull how far down the other end of an edge stands
 * @param least the width that the box has at least
 */
export function arrange(
  namespace: TopologyNamespace,
  edges: readonly TopologyEdge[],
  directed: readonly DirectedEdge[],
  pull: (otherEnd: string) => number = () => 0,
  least = 0,
): Box {
  const groups = groupsOf(namespace, edges, directed, pull);
  const { padding, gap, title } = METRICS;
  const both = groups.filter(({ side }) => side === 'both');
  const columns = columnsOf(groups);
  const columnsWidth = sum(columns.map(widest)) + gap * 2 * Math.max(0, columns.length - 1);
  const inner = Math.max(widest(both), columnsWidth, titleWidth(namespace), least - 2 * padding);
  // What the columns do not need they share.
  const spare = columns.length > 0 ? (inner - columnsWidth) / columns.length : 0;
  const devices = stack(both, padding, title, inner);
  const top = title + sum(both.map(({ height }) => height + gap));
  let x = padding;
  for (const column of columns) {
    const width = widest(column) + spare;
    devices.push(...stack(column, x, top, width));
    x += width + gap * 2;
  }
  const bottom = Math.max(title, ...devices.map(({ y, height }) => y + height));
  const width = Math.ceil(inner + 2 * padding);
  return { namespace, width, height: bottom + padding, devices, besides: besidesOf(devices, edges) };
}

function besidesOf(devices: readonly DeviceBox[], edges: readonly TopologyEdge[]): Box['besides'] {
  const hanging = new Set(devices.map(({ under }) => under?.edge));
  return edges.flatMap((edge) => {
    const [from, to] = [edge.from, edge.to].map((key) => devices.find(({ device }) => device.key === key));
    return from && to && !hanging.has(edge) ? [{ edge, from, to }] : [];
  });
}

function groupsOf(
  { devices }: TopologyNamespace,
  edges: readonly TopologyEdge[],
  directed: readonly DirectedEdge[],
  pull: (otherEnd: string) => number,
): Group[] {
  const inside = edges.filter(({ from, to }) => namespaceOf(from) === namespaceOf(to));
  const under = new Map<string, DeviceBox['under']>();
  for (const edge of inside) {
    if (devices.some(({ key }) => key === edge.from)) under.set(...hang(edge));
  }
  const collect = (device: TopologyDevice, depth: number): Group['rows'] => {
    const above = under.get(device.key);
    const children = devices.filter(({ key }) => under.get(key)?.key === device.key);
    return [
      { device, depth, ...(above ? { under: above } : {}) },
      ...children.flatMap((each) => collect(each, depth + 1)),
    ];
  };
  const groups = devices
    .filter(({ key }) => !under.has(key))
    .map((device) => groupOf(collect(device, 0), directed, pull));
  return groups.sort((one, other) => one.pull - other.pull || 0);
}

/** The upper device of a parent link hangs under the lower one, the second end of a cable under the first. */
function hang(edge: TopologyEdge): [string, DeviceBox['under']] {
  return edge.kind === 'parent' ? [edge.from, { key: edge.to, edge }] : [edge.to, { key: edge.from, edge }];
}

function groupOf(rows: Group['rows'], directed: readonly DirectedEdge[], pull: (otherEnd: string) => number): Group {
  const keys = new Set(rows.map(({ device }) => device.key));
  const rightward = directed.filter(({ left }) => keys.has(left)).map(({ right }) => right);
  const leftward = directed.filter(({ right }) => keys.has(right)).map(({ left }) => left);
  const pulls = [...rightward, ...leftward].map(pull);
  return {
    rows,
    side: sideOf(leftward.length > 0, rightward.length > 0),
    width: Math.max(...rows.map(({ device, depth }) => depth * METRICS.indent + deviceWidth(device))),
    height: sum(rows.map(({ device }) => deviceHeight(device))) + METRICS.gap * (rows.length - 1),
    pull: pulls.length > 0 ? sum(pulls) / pulls.length : Number.POSITIVE_INFINITY,
  };
}

function sideOf(left: boolean, right: boolean): Group['side'] {
  if (left && right) return 'both';
  if (left) return 'left';
  return right ? 'right' : 'none';
}

/** None, one or two; a device without a connection makes no column of its own. */
function columnsOf(groups: readonly Group[]): Group[][] {
  const right = groups.filter(({ side }) => side === 'right');
  const left = groups.filter(({ side }) => side === 'left');
  const lone = groups.filter(({ side }) => side === 'none');
  (left.length === 0 && right.length > 0 ? right : left).push(...lone);
  return [left, right].filter(({ length }) => length > 0);
}

function stack(groups: readonly Group[], x: number, top: number, width: number): DeviceBox[] {
  let y = top;
  return groups.flatMap(({ rows }) =>
    rows.map(({ device, depth, under }) => {
      const height = deviceHeight(device);
      const inset = depth * METRICS.indent;
      const box = { device, x: x + inset, y, width: width - inset, height, ...(under ? { under } : {}) };
      y += height + METRICS.gap;
      return box;
    }),
  );
}

function deviceWidth(device: TopologyDevice): number {
  const { addresses, state } = deviceLines(device);
  const longest = Math.max(
    device.name.length + device.kind.length + 2,
    state.length,
    ...addresses.map(({ length }) => length),
  );
  return longest * METRICS.character + 2 * METRICS.padding;
}

function deviceHeight(device: TopologyDevice): number {
  const { addresses, state } = deviceLines(device);
  return (1 + addresses.length + (state ? 1 : 0)) * METRICS.line + METRICS.padding;
}

function titleWidth({ name, role }: TopologyNamespace): number {
  return METRICS.icon + name.length * METRICS.titleCharacter + (role.length + 2) * METRICS.character;
}

function widest(groups: readonly Group[]): number {
  return Math.max(0, ...groups.map(({ width }) => width));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
