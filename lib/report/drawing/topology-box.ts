import { stateWords, type TopologyDevice, type TopologyEdge, type TopologyNamespace } from './topology.ts';
import { type Hop, mean } from './topology-columns.ts';

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
  /** Between namespaces above each other, and between the parts of a lab. */
  apart: 24,
} as const;

/** A namespace's box, with its devices in it: positions are relative to its upper left corner. */
export interface Box {
  namespace: TopologyNamespace;
  width: number;
  height: number;
  devices: DeviceBox[];
  /** Edges inside of which neither end hangs under the other: both hang under other devices. */
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

/** The edges of a namespace. */
export interface Wiring {
  inside: readonly TopologyEdge[];
  outside: readonly Hop[];
}

/** A device, and the devices of the same namespace that are drawn under it, in the order of the drawing. */
interface Group {
  rows: { device: TopologyDevice; depth: number; under?: DeviceBox['under'] }[];
  /** Where its edges lead. */
  ends: End[];
  side: 'left' | 'right' | 'both' | 'none';
  width: number;
  height: number;
  /** Where its other ends are, so that lines do not cross; infinite where there are none. */
  pull: number;
}

interface End {
  side: 'left' | 'right';
  other: string;
}

/**
 * Arranges a namespace: devices stand on the side on which they are connected, those connected on both as wide as the box.
 *
 * @param pull how far down the other end of an edge stands
 * @param least the width that the box has at least
 */
export function arrange(
  namespace: TopologyNamespace,
  wiring: Wiring,
  pull: (otherEnd: string) => number,
  least = 0,
): Box {
  const groups = groupsOf(namespace, wiring, pull);
  const { padding, gap, title } = METRICS;
  const both = groups.filter(({ side }) => side === 'both');
  const columns = columnsOf(groups);
  const columnsWidth = sum(columns.map(widest)) + gap * 2 * Math.max(0, columns.length - 1);
  const inner = Math.max(widest(both), columnsWidth, titleWidth(namespace), least - 2 * padding);
  // What the columns do not need they share.
  const spare = columns.length > 0 ? (inner - columnsWidth) / columns.length : 0;
  // Above the columns or below them, whichever crosses fewer wires.
  const middle =
    mean(columns.flat().flatMap((group) => (Number.isFinite(group.pull) ? group.pull : []))) ??
    Number.POSITIVE_INFINITY;
  const lower = both.filter((group) => group.pull > middle);
  const upper = both.filter((group) => !lower.includes(group));
  const top = title + spaceOf(upper);
  const devices = stack(upper, padding, title, inner);
  let x = padding;
  for (const column of columns) {
    const width = widest(column) + spare;
    devices.push(...stack(column, x, top, width));
    x += width + gap * 2;
  }
  devices.push(...stack(lower, padding, top + Math.max(0, ...columns.map(spaceOf)), inner));
  const bottom = Math.max(title, ...devices.map(({ y, height }) => y + height));
  const width = Math.ceil(inner + 2 * padding);
  return { namespace, width, height: bottom + padding, devices, besides: besidesOf(devices, wiring.inside) };
}

function besidesOf(devices: readonly DeviceBox[], inside: Wiring['inside']): Box['besides'] {
  const hanging = new Set(devices.map(({ under }) => under?.edge));
  const boxOf = (key: string) => devices.find(({ device }) => device.key === key) as DeviceBox;
  return inside
    .filter((edge) => !hanging.has(edge))
    .map((edge) => ({ edge, from: boxOf(edge.from), to: boxOf(edge.to) }));
}

function groupsOf({ devices }: TopologyNamespace, { inside, outside }: Wiring, pull: (otherEnd: string) => number) {
  const under = hangingOf(inside);
  const hanging = Map.groupBy(devices, ({ key }) => under.get(key)?.key);
  const ends = new Map(devices.map(({ key }) => [key, [] as End[]]));
  for (const { left, right, back } of outside) {
    ends.get(left)?.push({ side: 'right', other: right });
    ends.get(right)?.push({ side: back ? 'right' : 'left', other: left });
  }
  const grow = (key: string | undefined, depth: number): Group[] =>
    (hanging.get(key) ?? [])
      .map((device): Group => {
        const below = grow(device.key, depth + 1);
        const own = under.get(device.key);
        const rows = [{ device, depth, ...(own ? { under: own } : {}) }, ...below.flatMap((group) => group.rows)];
        return groupOf(rows, [...(ends.get(device.key) ?? []), ...below.flatMap((group) => group.ends)], pull);
      })
      .sort((one, other) => one.pull - other.pull || 0);
  return grow(undefined, 0);
}

/**
 * A device hangs under the one that it is made on, the second end of a cable under the first, and a port under its bridge; but the bridge
 * under a port that hangs under another device, as in eth0 > eth0.10 > br10.
 */
function hangingOf(inside: Wiring['inside']): ReadonlyMap<string, NonNullable<DeviceBox['under']>> {
  const under = new Map<string, NonNullable<DeviceBox['under']>>();
  const hang = (key: string, edge: TopologyEdge) => {
    const on = key === edge.from ? edge.to : edge.from;
    let top = on;
    for (let at = under.get(on); at && top !== key; at = under.get(at.key)) top = at.key;
    if (top !== key && !under.has(key)) under.set(key, { key: on, edge });
  };
  for (const edge of inside) if (!edge.member) hang(edge.kind === 'parent' ? edge.from : edge.to, edge);
  for (const edge of inside) if (edge.member) hang(under.has(edge.to) ? edge.from : edge.to, edge);
  return under;
}

function groupOf(rows: Group['rows'], ends: End[], pull: (otherEnd: string) => number): Group {
  const on = (side: End['side']) => ends.some((end) => end.side === side);
  return {
    rows,
    ends,
    side: sideOf(on('left'), on('right')),
    width: Math.max(...rows.map(({ device, depth }) => depth * METRICS.indent + deviceWidth(device))),
    height: sum(rows.map(({ device }) => deviceHeight(device))) + METRICS.gap * (rows.length - 1),
    pull: mean(ends.map(({ other }) => pull(other))) ?? Number.POSITIVE_INFINITY,
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
  const lines = [`${device.name}  ${device.kind}`, stateWords(device), ...device.addresses];
  const longest = Math.max(...lines.map(({ length }) => length));
  return longest * METRICS.character + 2 * METRICS.padding;
}

function deviceHeight(device: TopologyDevice): number {
  return (1 + device.addresses.length + (stateWords(device) ? 1 : 0)) * METRICS.line + METRICS.padding;
}

function titleWidth({ name, role }: TopologyNamespace): number {
  return METRICS.icon + name.length * METRICS.titleCharacter + (role.length + 2) * METRICS.character;
}

/** How much of a column groups take, with the gaps below them. */
function spaceOf(groups: readonly Group[]): number {
  return sum(groups.map(({ height }) => height + METRICS.gap));
}

function widest(groups: readonly Group[]): number {
  return Math.max(0, ...groups.map(({ width }) => width));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
