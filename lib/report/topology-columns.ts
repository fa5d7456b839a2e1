import { namespaceOf, type Topology } from './topology.ts';
import { type DirectedEdge, directEdges, positionsOf } from './topology-order.ts';
import { type Block, blockOf } from './topology-rows.ts';

/** A block in its column; its first line is at `y`. */
export interface PlacedBlock extends Block {
  y: number;
}

/** A line between two columns that stand beside each other, from a row of one block to a row of another. */
export interface Joint {
  gutter: number;
  from: number;
  to: number;
  /** It comes back to its own column: both ends are on the left of the gutter. */
  back: boolean;
  live: boolean;
}

/** An edge's way through the columns, by the keys of the rows that it ends in. */
interface Hop {
  gutter: number;
  from: End;
  to: End;
  back: boolean;
  live: boolean;
}

interface End {
  column: number;
  block: string;
  key: string;
}

/** Lays the connected part of a lab out in columns, from left to right. {@link positionsOf} has no edge pass a column. */
export function columnsOf(topology: Topology, addresses: boolean): { columns: PlacedBlock[][]; joints: Joint[] } {
  const directed = directEdges(topology);
  const position = positionsOf(topology);
  const steps = [...new Set(position.values())].toSorted((one, other) => one - other);
  const columnOf = (name: string) => steps.indexOf(position.get(name) ?? 0);
  const wires = directed.map(({ left, right }) => {
    return { left, right, back: columnOf(namespaceOf(left)) === columnOf(namespaceOf(right)) };
  });
  const columns: PlacedBlock[][] = steps.map(() => []);
  for (const namespace of topology.namespaces) {
    const block = blockOf(namespace, topology, wires, addresses);
    columns[columnOf(namespace.name)]?.push({ ...block, y: 0 });
  }
  const hops = directed.map((each) => hopOf(each, columnOf));
  sortBlocks(columns, hops);
  sortRows(columns, hops);
  placeBlocks(columns, hops);
  return { columns, joints: hops.map((hop) => jointOf(hop, columns)) };
}

function hopOf({ edge, left, right }: DirectedEdge, columnOf: (name: string) => number): Hop {
  const [from, to] = [left, right].map((key): End => {
    const block = namespaceOf(key);
    return { column: columnOf(block), block, key };
  }) as [End, End];
  return { gutter: from.column, from, to, back: from.column === to.column, live: edge.live };
}

/** By the middle of their neighbours, from left to right and back, so that few lines cross. */
function sortBlocks(columns: PlacedBlock[][], hops: readonly Hop[]): void {
  const place = new Map<string, number>();
  const note = (column: PlacedBlock[]) => {
    for (const [at, { name }] of column.entries()) place.set(name, at);
  };
  columns.forEach(note);
  const pass = (order: readonly number[], near: 'from' | 'to', far: 'from' | 'to') => {
    for (const at of order) {
      const column = columns[at] as PlacedBlock[];
      const middle = new Map(
        column.map(({ name }, own) => {
          const others = hops.filter((hop) => !hop.back && hop[near].block === name && hop[near].column === at);
          return [name, mean(others.map((hop) => place.get(hop[far].block) ?? 0)) ?? own];
        }),
      );
      column.sort((one, other) => (middle.get(one.name) ?? 0) - (middle.get(other.name) ?? 0));
      note(column);
    }
  };
  const rightward = columns.map((_, at) => at);
  pass(rightward, 'to', 'from');
  pass(rightward.toReversed(), 'from', 'to');
}

/** Devices stand in the order of their other ends. */
function sortRows(columns: PlacedBlock[][], hops: readonly Hop[]): void {
  const place = new Map(columns.flatMap((column) => column.map(({ name }, at) => [name, at])));
  const pull = (key: string | undefined, end: 'from' | 'to', other: 'from' | 'to') =>
    mean(hops.filter((hop) => !hop.back && hop[end].key === key).map((hop) => place.get(hop[other].block) ?? 0));
  for (const block of columns.flat()) {
    // Nested devices stay below their own: only a block without any is put in order.
    if (block.rows.some(({ left, right }) => /^[├└│ ]/.test(left) || /^[├└│ ]/.test(right))) continue;
    const lefts = block.rows.filter(({ leftKey, rightKey }) => leftKey !== undefined && leftKey !== rightKey);
    const rights = block.rows.filter(({ leftKey, rightKey }) => rightKey !== undefined && leftKey !== rightKey);
    reorder(lefts, 'left', ({ leftKey }) => pull(leftKey, 'to', 'from'));
    reorder(rights, 'right', ({ rightKey }) => pull(rightKey, 'from', 'to'));
  }
}

function reorder(rows: readonly Row[], side: 'left' | 'right', pull: (row: Row) => number | undefined): void {
  const texts = rows
    .map((row) => ({ text: row[side], key: row[`${side}Key`], pull: pull(row) ?? Number.POSITIVE_INFINITY }))
    .toSorted((one, other) => (one.pull === other.pull ? 0 : one.pull - other.pull));
  for (const [at, row] of rows.entries()) {
    const { text = '', key } = texts[at] ?? {};
    row[side] = text;
    if (key !== undefined) row[`${side}Key`] = key;
  }
}

type Row = Block['rows'][number];

/** The tallest column stands first; each other one by its neighbour, so that lines are straight. */
function placeBlocks(columns: PlacedBlock[][], hops: readonly Hop[]): void {
  const heights = columns.map((column) => column.reduce((sum, { rows }) => sum + rows.length, 0));
  const anchor = heights.indexOf(Math.max(...heights));
  stack(columns[anchor] ?? [], () => undefined);
  for (let at = anchor - 1; at >= 0; at -= 1) stack(columns[at] ?? [], wanted(at, 'from', 'to'));
  for (let at = anchor + 1; at < columns.length; at += 1) stack(columns[at] ?? [], wanted(at, 'to', 'from'));
  const top = Math.min(0, ...columns.flat().map(({ y }) => y));
  for (const block of columns.flat()) block.y -= top;

  function wanted(at: number, near: 'from' | 'to', far: 'from' | 'to') {
    return (block: PlacedBlock): number | undefined => {
      const own = hops.filter((hop) => !hop.back && hop[near].column === at && hop[near].block === block.name);
      const first = mean(own.map((hop) => lineOf(hop[far], columns) - (lineOf(hop[near], columns) - block.y)));
      return first === undefined ? undefined : Math.floor(first);
    };
  }
}

function stack(column: readonly PlacedBlock[], wanted: (block: PlacedBlock) => number | undefined): void {
  let free = Number.NEGATIVE_INFINITY;
  for (const block of column) {
    const y = wanted(block) ?? Math.max(free, 0);
    block.y = Math.max(y, free);
    free = block.y + block.rows.length;
  }
}

function jointOf({ gutter, from, to, back, live }: Hop, columns: PlacedBlock[][]): Joint {
  return { gutter, from: lineOf(from, columns), to: lineOf(to, columns), back, live };
}

function lineOf({ column, block, key }: End, columns: PlacedBlock[][]): number {
  const placed = columns[column]?.find(({ name }) => name === block) as PlacedBlock;
  return placed.y + placed.rows.findIndex(({ leftKey, rightKey }) => leftKey === key || rightKey === key);
}

function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
