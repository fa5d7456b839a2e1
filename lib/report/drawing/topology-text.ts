import { drawGutter, type Gutter } from './gutter.ts';
import type { Topology } from './topology.ts';
import { type Joint, layOutLines, type PlacedBlock } from './topology-lines.ts';
import { partsOf } from './topology-order.ts';

/**
 * Draws a lab in characters, for a terminal and for snapshots: `[host]`, `{switch}`, `<router>`, each with its devices, and the cables and
 * the ways to parents as lines. A dashed line has no carrier. MAC addresses are not in it, and nothing that changes from run to run.
 *
 * @param addresses whether the devices' IP addresses are in it
 */
export function topologyText(topology: Topology, { addresses = false } = {}): string {
  if (topology.namespaces.length === 0) return '(an empty lab)';
  return partsOf(topology)
    .map((part) => partText(part, addresses))
    .join('\n');
}

function partText(topology: Topology, addresses: boolean): string {
  const { columns, joints } = layOutLines(topology, addresses);
  return linesOf(columns, joints, 1) ?? (linesOf(columns, joints, 2) as string);
}

/**
 * @param step 2 leaves a line free behind each, and lets every second column begin a line later: no two ends beside each other are then
 * on one line
 */
function linesOf(columns: readonly PlacedBlock[][], joints: readonly Joint[], step: 1 | 2): string | undefined {
  const lineAt = (column: number, y: number) => step * y + (step === 2 ? column % 2 : 0);
  const height = step * Math.max(...columns.flat().map(({ y, rows }) => y + rows.length));
  const gutters: Gutter[] = [];
  for (const at of columns.keys()) {
    const between = joints
      .filter(({ gutter }) => gutter === at)
      .map((joint) => ({ ...joint, from: lineAt(at, joint.from), to: lineAt(joint.back ? at : at + 1, joint.to) }));
    const gutter = drawGutter(between, height);
    if (!gutter) return undefined;
    gutters.push(gutter);
  }
  const lines = Array.from({ length: height }, (_, line) =>
    columns.map((column, at) => {
      const y = (line - lineAt(at, 0)) / step;
      const text = columnLine(column, y, gutters[at - 1]?.right.get(line), gutters[at]?.left.get(line));
      return `${text}${gutters[at]?.lines[line] ?? ''}`;
    }),
  );
  // Every column has a space on its left, the first one too.
  return lines
    .map((line) => line.join('').slice(1).trimEnd())
    .join('\n')
    .trimEnd();
}

/** A line of a column: of the block that is there, with the wires that end in it drawn up to its text. */
function columnLine(column: readonly PlacedBlock[], y: number, entering?: boolean, leaving?: boolean): string {
  const width = Math.max(...column.map(widthOf));
  const block = column.find((each) => Number.isInteger(y) && y >= each.y && y < each.y + each.rows.length);
  if (!block) return ' '.repeat(width + 2);
  const { indent, text } = textAt(block, y - block.y);
  const rest = width - indent - length(text);
  const [before, behind] = [wire(entering, indent), wire(leaving, rest)];
  return `${entering === undefined ? ' ' : ''}${before}${entering === undefined ? '' : ' '}${text}${leaving === undefined ? '' : ' '}${behind}${leaving === undefined ? ' ' : ''}`;
}

/** The text of a row, and how far it stands from the left edge of its block. */
function textAt(block: PlacedBlock, at: number): { indent: number; text: string } {
  const { left, right } = block.rows[at] as PlacedBlock['rows'][number];
  const widest = sideWidth(block, 'left');
  const title = at === 0 ? block.title : ' '.repeat(length(block.title));
  const ofRight = right ? ` ${right}` : '';
  if (left) return { indent: widest - length(left), text: `${left} ${title}${ofRight}` };
  const indent = widest > 0 ? widest + 1 : 0;
  return at === 0
    ? { indent, text: `${title}${ofRight}` }
    : { indent: indent + length(title) + ofRight.length - right.length, text: right };
}

function widthOf(block: PlacedBlock): number {
  const [left, right] = [sideWidth(block, 'left'), sideWidth(block, 'right')];
  return (left > 0 ? left + 1 : 0) + length(block.title) + (right > 0 ? right + 1 : 0);
}

function sideWidth({ rows }: PlacedBlock, side: 'left' | 'right'): number {
  return Math.max(0, ...rows.map((row) => length(row[side])));
}

/** So much of a wire; of none, so many spaces. */
function wire(live: boolean | undefined, width: number): string {
  return (live === undefined ? ' ' : live ? '─' : '╌').repeat(width);
}

function length(text: string): number {
  return [...text].length;
}
