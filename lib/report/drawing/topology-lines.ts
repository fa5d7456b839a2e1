import { namespaceOf, type Topology } from './topology.ts';
import { columnsOf, type Hop, mean, type Placed, placeColumns } from './topology-columns.ts';
import { type Block, blockOf, type Row } from './topology-rows.ts';

/** A block in its column; its first line is at `y`. */
export interface PlacedBlock extends Block, Placed {}

/** A line between two columns that stand beside each other, from a row of one block to a row of another. */
export interface Joint {
  gutter: number;
  from: number;
  to: number;
  /** It comes back to its own column: both ends are on the left of the gutter. */
  back: boolean;
  live: boolean;
}

/** The connected part of a lab in columns of text. */
export function layOutLines(topology: Topology, addresses: boolean): { columns: PlacedBlock[][]; joints: Joint[] } {
  const { columns, hops } = columnsOf(topology);
  const blocks = columns.map((column) =>
    column.map((namespace): PlacedBlock => {
      const block = blockOf(namespace, topology, hops, addresses);
      const offsetOf = (key: string) =>
        block.rows.findIndex(({ leftKey, rightKey }) => [leftKey, rightKey].includes(key));
      return { ...block, y: 0, height: block.rows.length, offsetOf };
    }),
  );
  sortRows(blocks, hops);
  placeColumns(blocks, hops, { gap: 0, isCentered: false });
  const placed = new Map(blocks.flat().map((block) => [block.name, block]));
  const lineOf = (key: string) => {
    const { y, offsetOf } = placed.get(namespaceOf(key)) as PlacedBlock;
    return y + offsetOf(key);
  };
  const joints = hops.map(({ edge, left, right, column, back }): Joint => {
    return { gutter: column, from: lineOf(left), to: lineOf(right), back, live: edge.live };
  });
  return { columns: blocks, joints };
}

/** Devices stand in the order of their other ends. */
function sortRows(columns: readonly PlacedBlock[][], hops: readonly Hop[]): void {
  const place = new Map(columns.flatMap((column) => column.map(({ name }, at) => [name, at])));
  const pull = (key: string | undefined, end: 'left' | 'right', other: 'left' | 'right') =>
    mean(hops.filter((hop) => !hop.back && hop[end] === key).map((hop) => place.get(namespaceOf(hop[other])) ?? 0));
  for (const { rows } of columns.flat()) {
    // Nested devices stay below their own: only a block without any is put in order.
    if (rows.some(({ left, right }) => /^[├└│ ]/.test(left) || /^[├└│ ]/.test(right))) continue;
    const lefts = rows.filter(({ leftKey, rightKey }) => leftKey !== undefined && leftKey !== rightKey);
    const rights = rows.filter(({ leftKey, rightKey }) => rightKey !== undefined && leftKey !== rightKey);
    reorder(lefts, 'left', ({ leftKey }) => pull(leftKey, 'right', 'left'));
    reorder(rights, 'right', ({ rightKey }) => pull(rightKey, 'left', 'right'));
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
