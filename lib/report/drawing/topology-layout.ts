import { isInside, namespaceOf, type Topology, type TopologyEdge } from './topology.ts';
import { arrange, type Box, METRICS, type Wiring } from './topology-box.ts';
import { columnsOf, type Hop, placeColumns } from './topology-columns.ts';
import { partsOf } from './topology-order.ts';

export interface Layout {
  width: number;
  height: number;
  boxes: PlacedBox[];
  wires: Wire[];
}

export interface PlacedBox extends Box {
  x: number;
  y: number;
}

/** An edge between two namespaces, from left to right. */
export interface Wire {
  edge: TopologyEdge;
  /** The device on the left. */
  left: string;
  /** From the device to the side of its column, and from the side of the other column to the other device; between them it bends. */
  runs: [Run, Run];
  /** Where the bend has its points of control. */
  middle: number;
}

type Run = [Point, Point];

export interface Point {
  x: number;
  y: number;
}

const MARGIN = 12;
/** Between two columns: wires bend only here, so they never cross a box. */
const GUTTER = 58;
/** Between wires that come back to their column. */
const LANE = 16;
/** Parts of a lab stand beside each other up to this width, which the report's page has room for. */
const LINE = 760;

/** Lays a lab out, part by part. */
export function layOut(topology: Topology): Layout {
  const parts = partsOf(topology).map(layOutPart);
  const line = Math.max(LINE, ...parts.map(({ width }) => width));
  const whole: Layout = { width: 0, height: 0, boxes: [], wires: [] };
  let [x, y] = [0, 0];
  for (const part of parts) {
    if (x + part.width > line) [x, y] = [0, whole.height + METRICS.apart];
    const [right, down] = [x + MARGIN, y + MARGIN];
    const move = (point: Point): Point => ({ x: point.x + right, y: point.y + down });
    whole.boxes.push(...part.boxes.map((box) => ({ ...box, ...move(box) })));
    for (const { runs, middle, ...wire } of part.wires)
      whole.wires.push({ ...wire, runs: runs.map((run) => run.map(move)) as Wire['runs'], middle: middle + right });
    whole.width = Math.max(whole.width, x + part.width);
    whole.height = Math.max(whole.height, y + part.height);
    x += part.width + METRICS.apart;
  }
  return { ...whole, width: whole.width + 2 * MARGIN, height: whole.height + 2 * MARGIN };
}

/** A part begins at (0, 0). */
function layOutPart(topology: Topology): Layout {
  const { columns, hops } = columnsOf(topology);
  const wiringOf = wirings(topology, hops);
  const places = new Map(columns.flatMap((column) => column.map(({ name }, at) => [name, at])));
  const pull = (otherEnd: string) => places.get(namespaceOf(otherEnd)) ?? 0;
  let x = 0;
  const placed = columns.map((column, at) => {
    const widths = column.map((namespace) => arrange(namespace, wiringOf(namespace.name), pull).width);
    const left = x;
    const back = hops.filter((hop) => hop.back && hop.column === at).length;
    const isLast = at === columns.length - 1;
    x += Math.max(...widths) + (isLast && back === 0 ? 0 : GUTTER + back * LANE);
    return column.map((namespace) => {
      const box = arrange(namespace, wiringOf(namespace.name), pull, Math.max(...widths));
      const middles = new Map(box.devices.map(({ device, y, height }) => [device.key, y + height / 2]));
      return { ...box, name: namespace.name, x: left, y: 0, offsetOf: (key: string) => middles.get(key) ?? 0 };
    });
  });
  placeColumns(placed, hops, { gap: METRICS.apart, isCentered: true });
  const byName = new Map(placed.flat().map((box) => [box.name, box]));
  const boxes = topology.namespaces.flatMap(({ name }) => byName.get(name) ?? []);
  return {
    width: x,
    height: Math.max(...boxes.map(({ y, height }) => y + height)),
    boxes,
    wires: wiresOf(boxes, hops),
  };
}

/** The edges of each namespace. */
function wirings({ edges }: Topology, hops: readonly Hop[]): (name: string) => Wiring {
  const inside = Map.groupBy(edges.filter(isInside), ({ from }) => namespaceOf(from));
  const ends = hops.flatMap((hop) => [hop.left, hop.right].map((key) => ({ name: namespaceOf(key), hop })));
  const outside = Map.groupBy(ends, ({ name }) => name);
  return (name) => ({ inside: inside.get(name) ?? [], outside: (outside.get(name) ?? []).map(({ hop }) => hop) });
}

function wiresOf(boxes: readonly PlacedBox[], hops: readonly Hop[]): Wire[] {
  const places = new Map(
    boxes.flatMap((box) => box.devices.map(({ device, ...own }) => [device.key, { box, own }] as const)),
  );
  /** Level, from a side of a device to the side of its column. */
  const runAt = (key: string, side: 'left' | 'right'): Run => {
    const { box, own } = places.get(key) as NonNullable<ReturnType<typeof places.get>>;
    const y = box.y + own.y + own.height / 2;
    const [device, column] = side === 'left' ? [own.x, 0] : [own.x + own.width, box.width];
    return [
      { x: box.x + device, y },
      { x: box.x + column, y },
    ];
  };
  const wires = hops.map(({ edge, left, right, back, column }) => {
    const [end, arriving] = runAt(right, back ? 'right' : 'left');
    const [start, leaving] = runAt(left, 'right');
    const runs: Wire['runs'] = [
      [start, leaving],
      [arriving, end],
    ];
    return { edge, left, back, column, runs, middle: (leaving.x + arriving.x) / 2 };
  });
  // The longer one, the farther it goes out.
  const lengthOf = ({ runs: [[, from], [to]] }: Wire) => Math.abs(from.y - to.y);
  const returning = Map.groupBy(
    wires.filter(({ back }) => back),
    ({ column }) => column,
  );
  for (const column of returning.values())
    for (const [at, wire] of column.toSorted((one, other) => lengthOf(one) - lengthOf(other)).entries())
      wire.middle += (2 + at) * LANE;
  return wires;
}
