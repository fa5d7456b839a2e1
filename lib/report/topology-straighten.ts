import { namespaceOf, type Topology } from './topology.ts';
import { METRICS } from './topology-box.ts';
import type { Lane, PlacedBox } from './topology-layout.ts';
import { type DirectedEdge, distances, neighboursOf } from './topology-order.ts';

/** A box, or a lane through a column, with the namespace that it moves with. */
interface Shape {
  name: string;
  shape: { x: number; y: number; height: number };
}

/**
 * Straightens each wire that is the only one on its side of both boxes: all that stands behind it moves up or down, where there is room.
 * dagre lines up the middles of boxes, not their devices.
 *
 * @param lanes of each edge
 */
export function straighten(
  { namespaces, edges }: Topology,
  boxes: readonly PlacedBox[],
  directed: readonly DirectedEdge[],
  lanes: readonly Lane[][],
): void {
  const neighbours = neighboursOf(namespaces, edges);
  const shapes = [
    ...boxes.map((shape): Shape => ({ name: shape.namespace.name, shape })),
    ...lanes.flatMap((each, at) =>
      each.map((shape): Shape => ({ name: namespaceOf(directed[at]?.left ?? ''), shape })),
    ),
  ];
  const leaving = Map.groupBy(directed, ({ left }) => namespaceOf(left));
  const arriving = Map.groupBy(directed, ({ right }) => namespaceOf(right));
  for (const { left, right } of directed) {
    const [from, to] = [namespaceOf(left), namespaceOf(right)];
    if (leaving.get(from)?.length !== 1 || arriving.get(to)?.length !== 1) continue;
    // In a circle this is all of the lab: its move changes nothing.
    neighbours.get(to)?.delete(from);
    const behind = distances(to, neighbours);
    neighbours.get(to)?.add(from);
    const down = middleOf(left, boxes) - middleOf(right, boxes);
    const { moved = [], others = [] } = Object.groupBy(shapes, ({ name }) => (behind.has(name) ? 'moved' : 'others'));
    if (hasRoom(moved, others, down)) for (const { shape } of moved) shape.y += down;
  }
}

/** Whether all stay in the order of their columns, and apart. */
function hasRoom(moved: readonly Shape[], others: readonly Shape[], down: number): boolean {
  return moved.every(({ shape: one }) =>
    others.every(({ shape: other }) => {
      if (one.x !== other.x) return true;
      const [upper, lower, closer] = one.y < other.y ? [one, other, down] : [other, one, -down];
      return upper.y + upper.height + closer + METRICS.apart <= lower.y;
    }),
  );
}

function middleOf(key: string, boxes: readonly PlacedBox[]): number {
  const box = boxes.find(({ namespace }) => namespace.name === namespaceOf(key));
  const device = box?.devices.find((each) => each.device.key === key);
  return box && device ? box.y + device.y + device.height / 2 : 0;
}
