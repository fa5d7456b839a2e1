import { namespaceOf, type Topology, type TopologyNamespace } from './topology.ts';
import { type DirectedEdge, directEdges, positionsOf } from './topology-order.ts';

/** An edge between two namespaces. The columns that they stand in are the same, or beside each other. */
export interface Hop extends DirectedEdge {
  /** The column of the left end. */
  column: number;
  /** Both ends are in that column: the wire leaves it on the right and comes back. */
  back: boolean;
}

/** A namespace in its column. Lines of text and pixels are both counted from the top. */
export interface Placed {
  name: string;
  y: number;
  height: number;
  /** How far below `y` the wires of a device end. */
  offsetOf(key: string): number;
}

type Side = 'left' | 'right';

/** Puts the connected part of a lab in columns, from left to right, each sorted. {@link positionsOf} has no edge pass a column. */
export function columnsOf(topology: Topology): { columns: TopologyNamespace[][]; hops: Hop[] } {
  const position = positionsOf(topology);
  const steps = [...new Set(position.values())].toSorted((one, other) => one - other);
  const columnOf = (name: string) => steps.indexOf(position.get(name) ?? 0);
  const hops = directEdges(topology).map((each): Hop => {
    const column = columnOf(namespaceOf(each.left));
    return { ...each, column, back: column === columnOf(namespaceOf(each.right)) };
  });
  const columns = steps.map((_, at) => topology.namespaces.filter(({ name }) => columnOf(name) === at));
  sortColumns(columns, hops);
  return { columns, hops };
}

/** By the middle of their neighbours, from left to right and back, so that few lines cross. */
function sortColumns(columns: TopologyNamespace[][], hops: readonly Hop[]): void {
  const place = new Map<string, number>();
  const note = (column: TopologyNamespace[]) => {
    for (const [at, { name }] of column.entries()) place.set(name, at);
  };
  columns.forEach(note);
  const pass = (order: readonly TopologyNamespace[][], near: Side) => {
    const hopsOf = hopsBy(hops, near);
    for (const column of order) {
      const middle = new Map(
        column.map(({ name }, own) => {
          const others = hopsOf(name).map((hop) => place.get(namespaceOf(hop[opposite(near)])) ?? 0);
          return [name, mean(others) ?? own];
        }),
      );
      column.sort((one, other) => (middle.get(one.name) ?? 0) - (middle.get(other.name) ?? 0));
      note(column);
    }
  };
  pass(columns, 'right');
  pass(columns.toReversed(), 'left');
}

/** How those of a column stand that have no room where their neighbours are. */
interface Stacking {
  /** Between two of them. */
  gap: number;
  /** They stand in the middle of where they are wanted, or the first of them where it is wanted. */
  isCentered: boolean;
}

/** The tallest column stands first; each other one by its neighbour, so that lines are straight. */
export function placeColumns(columns: readonly Placed[][], hops: readonly Hop[], stacking: Stacking): void {
  const placed = new Map(columns.flat().map((each) => [each.name, each]));
  const lineOf = (key: string) => {
    const { y = 0, offsetOf } = placed.get(namespaceOf(key)) ?? {};
    return y + (offsetOf?.(key) ?? 0);
  };
  const heights = columns.map((column) => column.reduce((sum, { height }) => sum + height, 0));
  const anchor = heights.indexOf(Math.max(...heights));
  stack(columns[anchor] ?? [], stacking, () => undefined);
  for (const column of columns.slice(0, anchor).toReversed()) stack(column, stacking, wanted('left'));
  for (const column of columns.slice(anchor + 1)) stack(column, stacking, wanted('right'));
  const top = Math.min(0, ...columns.flat().map(({ y }) => y));
  for (const each of columns.flat()) each.y -= top;

  function wanted(near: Side) {
    const hopsOf = hopsBy(hops, near);
    return ({ name, offsetOf }: Placed): number | undefined => {
      return mean(hopsOf(name).map((hop) => lineOf(hop[opposite(near)]) - offsetOf(hop[near])));
    };
  }
}

/** Each stands where it is wanted. Those that would overlap stand one below the other. */
function stack(
  column: readonly Placed[],
  { gap, isCentered }: Stacking,
  wanted: (each: Placed) => number | undefined,
): void {
  const groups: { members: Placed[]; y: number; height: number }[] = [];
  for (const each of column) {
    const end = groups.at(-1);
    let group = { members: [each], y: wanted(each) ?? (end ? end.y + end.height : 0), height: each.height + gap };
    for (let above = groups.at(-1); above && above.y + above.height > group.y; above = groups.at(-1)) {
      const [many, others] = [above.members.length, group.members.length];
      const middle = (many * above.y + others * (group.y - above.height)) / (many + others);
      const members = [...above.members, ...group.members];
      group = { members, y: isCentered ? middle : above.y, height: above.height + group.height };
      groups.pop();
    }
    groups.push(group);
  }
  for (const { members, y } of groups) {
    let free = Math.floor(y);
    for (const each of members) {
      each.y = free;
      free += each.height + gap;
    }
  }
}

/** The hops to another column that end in a namespace, by its name. */
function hopsBy(hops: readonly Hop[], near: Side): (name: string) => Hop[] {
  const all = Map.groupBy(
    hops.filter(({ back }) => !back),
    (hop) => namespaceOf(hop[near]),
  );
  return (name) => all.get(name) ?? [];
}

function opposite(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}

export function mean(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
