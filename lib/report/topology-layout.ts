import { Graph, layout } from '@dagrejs/dagre';
import { isInside, namespaceOf, type Topology, type TopologyEdge } from './topology.ts';
import { arrange, type Box, METRICS, type Wiring } from './topology-box.ts';
import { type DirectedEdge, directEdges, partsOf } from './topology-order.ts';
import { straighten } from './topology-straighten.ts';

// dagre and not elkjs, which draws bridges well, but a switch with thirty hosts badly, takes 3 to 12 times the processor time for a layout,
// 170 ms to load, more than two minutes for 1,000 hosts, and 8 MB of disk.

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
  /** Pairs of points: a line runs straight from the first to the second of a pair, and bends on to the next pair. */
  runs: Run[];
  /** The device on the left. */
  left: string;
}

type Run = [Point, Point];

/** Where an edge passes a column that it does not end in: dagre keeps this free for it. */
export interface Lane {
  x: number;
  y: number;
  width: number;
  height: 0;
}

export interface Point {
  x: number;
  y: number;
}

/** All boxes of one rank stand in a column; wires bend only between columns, so they never cross a box. */
interface Column {
  center: number;
  left: number;
  right: number;
}

const MARGIN = 12;
/** A tight tree has next to no more crossings than dagre's own choice, the network simplex, which takes 8 s for 1,000 hosts. */
const SPACING = { rankdir: 'LR', ranker: 'tight-tree', ranksep: 58, nodesep: METRICS.apart, edgesep: 16 } as const;
/** Parts of a lab stand beside each other up to this width, which the report's page has room for. */
const LINE = 760;

/** Lays a lab out, part by part: dagre places the namespaces, whose insides are ours to arrange. */
export function layOut(topology: Topology): Layout {
  const parts = partsOf(topology).map(layOutPart);
  const line = Math.max(LINE, ...parts.map(({ width }) => width));
  const whole: Layout = { width: 0, height: 0, boxes: [], wires: [] };
  let [x, y] = [0, 0];
  for (const part of parts) {
    if (x + part.width > line) [x, y] = [0, whole.height + METRICS.apart];
    const { boxes, wires } = move(part, x + MARGIN, y + MARGIN);
    whole.boxes.push(...boxes);
    whole.wires.push(...wires);
    whole.width = Math.max(whole.width, x + part.width);
    whole.height = Math.max(whole.height, y + part.height);
    x += part.width + METRICS.apart;
  }
  return { ...whole, width: whole.width + 2 * MARGIN, height: whole.height + 2 * MARGIN };
}

function move(layout: Layout, x: number, y: number): Layout {
  const boxes = layout.boxes.map((box) => ({ ...box, x: box.x + x, y: box.y + y }));
  const wires = layout.wires.map((wire) => ({
    ...wire,
    runs: wire.runs.map((run) => run.map((point) => ({ x: point.x + x, y: point.y + y })) as Run),
  }));
  return { ...layout, boxes, wires };
}

/** A part begins at (0, 0). */
function layOutPart(topology: Topology): Layout {
  const directed = directEdges(topology);
  const wiringOf = wirings(topology, directed);
  const sized = topology.namespaces.map((namespace) => arrange(namespace, wiringOf(namespace.name)));
  const { centers, routes } = place(sized, directed);
  const columns = columnsOf(sized, centers);
  const centerOf = (name: string) => centers.get(name) as Point;
  const boxes = sized.map(({ namespace, height }): PlacedBox => {
    const { x, y } = centerOf(namespace.name);
    const column = columns.find(({ center }) => isAt(center, x)) as Column;
    const pull = (otherEnd: string) => centerOf(namespaceOf(otherEnd)).y;
    const box = arrange(namespace, wiringOf(namespace.name), pull, column.right - column.left);
    return { ...box, x: column.left, y: Math.round(y - height / 2) };
  });
  const lanes = routes.map((points) => lanesOf(points, columns));
  straighten(topology, boxes, directed, lanes);
  const places = placesOf(boxes);
  const wires = directed.map((each, index) => wireOf(each, lanes[index] ?? [], places));
  const [left, right] = [Math.min(...boxes.map(({ x }) => x)), Math.max(...boxes.map((box) => box.x + box.width))];
  const heights = wires.flatMap(({ runs }) => runs.flat().map(({ y }) => y));
  const top = Math.floor(Math.min(...boxes.map(({ y }) => y), ...heights));
  const bottom = Math.ceil(Math.max(...boxes.map(({ y, height }) => y + height), ...heights));
  return move({ width: right - left, height: bottom - top, boxes, wires }, -left, -top);
}

/** The edges of each namespace. */
function wirings({ edges }: Topology, directed: readonly DirectedEdge[]): (name: string) => Wiring {
  const inside = Map.groupBy(edges.filter(isInside), ({ from }) => namespaceOf(from));
  const ends = directed.flatMap((edge) => [edge.left, edge.right].map((key) => ({ name: namespaceOf(key), edge })));
  const outside = Map.groupBy(ends, ({ name }) => name);
  return (name) => ({ inside: inside.get(name) ?? [], outside: (outside.get(name) ?? []).map(({ edge }) => edge) });
}

/** Where dagre has the namespaces' centers, and the points that each edge passes. */
function place(boxes: readonly Box[], directed: readonly DirectedEdge[]) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ ...SPACING });
  for (const { namespace, width, height } of boxes) graph.setNode(namespace.name, { width, height });
  for (const [index, { left, right }] of directed.entries()) {
    graph.setEdge(namespaceOf(left), namespaceOf(right), {}, String(index));
  }
  layout(graph);
  const centers = new Map(boxes.map(({ namespace: { name } }) => [name, pointOf(graph.node(name))]));
  const routes = directed.map(({ left, right }, index): Point[] => {
    const { points } = graph.edge(namespaceOf(left), namespaceOf(right), String(index));
    return (points ?? []).map(pointOf);
  });
  // dagre cares for crossings, not for which end is up: the first of a lab should be.
  if (isUpsideDown([...centers.values()])) {
    const { height = 0 } = graph.graph();
    for (const point of [...centers.values(), ...routes.flat()]) point.y = height - point.y;
  }
  return { centers, routes };
}

/** dagre's declarations name modules without an extension, which `nodenext` reads as `any`: types begin here. */
function pointOf({ x = 0, y = 0 }: Partial<Point>): Point {
  return { x, y };
}

/** Whether, of the boxes in a column, more stand above than below an earlier one of the lab. */
function isUpsideDown(centers: readonly Point[]): boolean {
  let inverted = 0;
  for (const [index, one] of centers.entries()) {
    for (const later of centers.slice(index + 1)) if (isAt(one.x, later.x)) inverted += Math.sign(one.y - later.y);
  }
  return inverted > 0;
}

/** As wide as the widest of their boxes. */
function columnsOf(boxes: readonly Box[], centers: ReadonlyMap<string, Point>): Column[] {
  const columns: Column[] = [];
  for (const { namespace, width } of boxes) {
    const center = centers.get(namespace.name)?.x ?? 0;
    const [left, right] = [Math.round(center - width / 2), Math.round(center - width / 2) + width];
    const column = columns.find((each) => isAt(each.center, center));
    if (!column) columns.push({ center, left, right });
    else Object.assign(column, { left: Math.min(column.left, left), right: Math.max(column.right, right) });
  }
  return columns;
}

/** dagre centers all of a rank on one x, but counts in fractions. */
function isAt(one: number, other: number): boolean {
  return Math.abs(one - other) < 2;
}

function lanesOf(points: Point[], columns: Column[]): Lane[] {
  return points.slice(1, -1).flatMap(({ x, y }): Lane[] => {
    const column = columns.find(({ center }) => isAt(center, x));
    return column ? [{ x: column.left, y, width: column.right - column.left, height: 0 }] : [];
  });
}

function wireOf({ edge, left, right }: DirectedEdge, lanes: readonly Lane[], places: Places): Wire {
  const [start, end] = [left, right].map((key) => places.get(key)) as [Place, Place];
  const passed = lanes.map(({ x, y, width }) => level(x, x + width, y));
  const [first, last] = [level(start.right, start.column.right, start.y), level(end.column.left, end.left, end.y)];
  return { edge, left, runs: [first, ...passed, last] };
}

function level(from: number, to: number, y: number): Run {
  return [
    { x: from, y },
    { x: to, y },
  ];
}

/** A device's left and right side, and its middle's height. Its box is as wide as the column. */
interface Place extends Side {
  y: number;
  column: Side;
}

interface Side {
  left: number;
  right: number;
}

type Places = ReadonlyMap<string, Place>;

function placesOf(boxes: readonly PlacedBox[]): Places {
  const places = boxes.flatMap((box) =>
    box.devices.map(({ device, x, y, width, height }): [string, Place] => {
      const [left, column] = [box.x + x, { left: box.x, right: box.x + box.width }];
      return [device.key, { left, right: left + width, y: box.y + y + height / 2, column }];
    }),
  );
  return new Map(places);
}
