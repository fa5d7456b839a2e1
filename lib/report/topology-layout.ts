import { Graph, layout } from '@dagrejs/dagre';
import { namespaceOf, type Topology, type TopologyEdge } from './topology.ts';
import { arrange, type Box, type DeviceBox } from './topology-box.ts';
import { type DirectedEdge, directEdges } from './topology-order.ts';

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
const SPACING = { rankdir: 'LR', ranksep: 58, nodesep: 24, edgesep: 16, marginx: MARGIN, marginy: MARGIN } as const;

/** Lays a lab out: dagre places the namespaces, whose insides are ours to arrange. */
export function layOut(topology: Topology): Layout {
  const directed = directEdges(topology);
  const sized = topology.namespaces.map((namespace) => arrange(namespace, topology.edges, directed));
  const { centers, routes } = place(sized, directed);
  const columns = columnsOf(sized, centers);
  const centerOf = (name: string) => centers.get(name) as Point;
  const boxes = sized.map(({ namespace, height }): PlacedBox => {
    const { x, y } = centerOf(namespace.name);
    const column = columns.find(({ center }) => isAt(center, x)) as Column;
    const pull = (otherEnd: string) => centerOf(namespaceOf(otherEnd)).y;
    const box = arrange(namespace, topology.edges, directed, pull, column.right - column.left);
    return { ...box, x: column.left, y: Math.round(y - height / 2) };
  });
  const wires = directed.map((each, index) => wireOf(each, routes[index] ?? [], boxes, columns));
  const right = Math.max(0, ...boxes.map(({ x, width }) => x + width));
  const bottom = Math.max(0, ...boxes.map(({ y, height }) => y + height), ...wires.flatMap(heights));
  const top = Math.min(bottom, ...boxes.map(({ y }) => y), ...wires.flatMap(heights));
  // What dagre has turned over need not begin at its margin any more.
  const up = Math.floor(top) - MARGIN;
  return {
    width: Math.ceil(right) + MARGIN,
    height: Math.ceil(bottom) - up + MARGIN,
    boxes: boxes.map((box) => ({ ...box, y: box.y - up })),
    wires: wires.map((wire) => ({
      ...wire,
      runs: wire.runs.map((run) => run.map(({ x, y }) => ({ x, y: y - up })) as Run),
    })),
  };
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

function wireOf({ edge, left, right }: DirectedEdge, points: Point[], boxes: PlacedBox[], columns: Column[]): Wire {
  const [start, end] = [placeOf(left, boxes), placeOf(right, boxes)];
  const startEdge = columnAt(start.x, columns)?.right ?? start.right;
  const endEdge = columnAt(end.x, columns)?.left ?? end.x;
  // On its way through a column that it does not end in, dagre has kept a lane free for it.
  const passed = points.slice(1, -1).flatMap(({ x, y }): Run[] => {
    const column = columns.find(({ center }) => isAt(center, x));
    return column
      ? [
          [
            { x: column.left, y },
            { x: column.right, y },
          ],
        ]
      : [];
  });
  const first: Run = [
    { x: start.right, y: start.y },
    { x: startEdge, y: start.y },
  ];
  const last: Run = [
    { x: endEdge, y: end.y },
    { x: end.x, y: end.y },
  ];
  return { edge, left, runs: [first, ...passed, last] };
}

/** A device's left and right side, and its middle's height. */
function placeOf(key: string, boxes: PlacedBox[]): { x: number; right: number; y: number } {
  for (const box of boxes) {
    const device = box.devices.find(({ device }: DeviceBox) => device.key === key);
    if (!device) continue;
    const x = box.x + device.x;
    return { x, right: x + device.width, y: box.y + device.y + device.height / 2 };
  }
  throw new Error(`${key} is not in the drawing`);
}

function columnAt(x: number, columns: Column[]): Column | undefined {
  return columns.find(({ left, right }) => left <= x && x <= right);
}

function heights({ runs }: Wire): number[] {
  return runs.flat().map(({ y }) => y);
}
