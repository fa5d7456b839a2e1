import { isInside, namespaceOf, type Topology, type TopologyEdge, type TopologyNamespace } from './topology.ts';

/** Namespaces, each with those that it is connected to. */
type Neighbours = Map<string, Set<string>>;

/** Between two namespaces, from left to right: a drawing's raw material. */
export interface DirectedEdge {
  edge: TopologyEdge;
  /** The devices, as in {@link TopologyEdge}. */
  left: string;
  right: string;
}

/** Says of each edge between two namespaces which end is left: a lab is laid out from one end to the other, and leaves stand on the outside. */
export function directEdges({ namespaces, edges }: Topology): DirectedEdge[] {
  const between = edges.filter((edge) => !isInside(edge));
  const names = namespaces.map(({ name }) => name);
  const position = positionsOf({ namespaces, edges });
  return between.map((edge) => {
    const [from, to] = [namespaceOf(edge.from), namespaceOf(edge.to)];
    const difference = (position.get(from) ?? 0) - (position.get(to) ?? 0) || names.indexOf(from) - names.indexOf(to);
    return difference < 0 ? { edge, left: edge.from, right: edge.to } : { edge, left: edge.to, right: edge.from };
  });
}

/** How far to the right each namespace stands, in steps. Two that are connected are one step apart, or in the same place. */
export function positionsOf({ namespaces, edges }: Topology): ReadonlyMap<string, number> {
  return positions(neighboursOf(namespaces, edges));
}

/** The parts of a lab that are not connected with each other, in the order of the lab. */
export function partsOf({ namespaces, edges }: Topology): Topology[] {
  const neighbours = neighboursOf(namespaces, edges);
  const part = new Map<string, string>();
  for (const first of neighbours.keys()) {
    if (!part.has(first)) for (const name of distances(first, neighbours).keys()) part.set(name, first);
  }
  const edgesOf = Map.groupBy(edges, ({ from }) => part.get(namespaceOf(from)));
  return [...Map.groupBy(namespaces, ({ name }) => part.get(name))].map(([first, members]) => ({
    namespaces: members,
    edges: edgesOf.get(first) ?? [],
  }));
}

function neighboursOf(namespaces: TopologyNamespace[], edges: TopologyEdge[]): Neighbours {
  const neighbours: Neighbours = new Map(namespaces.map(({ name }) => [name, new Set()]));
  for (const edge of edges) {
    if (isInside(edge)) continue;
    const [one, other] = [namespaceOf(edge.from), namespaceOf(edge.to)];
    neighbours.get(one)?.add(other);
    neighbours.get(other)?.add(one);
  }
  return neighbours;
}

function positions(neighbours: Neighbours): Map<string, number> {
  const all = new Map<string, number>();
  for (const first of neighbours.keys()) {
    if (all.has(first)) continue;
    // From one end of the longest way: the farthest from anywhere is such an end.
    const distance = distances(farthest(distances(first, neighbours)), neighbours);
    const placed = placeLeaves(distance, neighbours);
    const places = [...placed.values()];
    // What comes first in the lab stands on the left, where reading begins.
    const mirrored = 2 * (placed.get(first) ?? 0) > Math.min(...places) + Math.max(...places);
    for (const [name, place] of placed) all.set(name, mirrored ? -place : place);
  }
  return all;
}

/** How many steps away each namespace is that can be got to. */
function distances(start: string, neighbours: Neighbours): Map<string, number> {
  const found = new Map([[start, 0]]);
  // A map's iterator comes to what is added meanwhile: this is the queue of a breadth-first search.
  for (const [name, distance] of found) {
    for (const next of neighbours.get(name) ?? []) if (!found.has(next)) found.set(next, distance + 1);
  }
  return found;
}

function farthest(distance: Map<string, number>): string {
  return [...distance].reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** Puts leaves on the side of their neighbour where nothing else continues; where nothing does, half on each side. */
function placeLeaves(distance: Map<string, number>, neighbours: Neighbours): Map<string, number> {
  const of = (name: string) => [...(neighbours.get(name) ?? [])];
  const isLeaf = (name: string) => of(name).length === 1;
  const placed = new Map(distance);
  for (const [name, place] of distance) {
    const leaves = of(name).filter(isLeaf);
    if (isLeaf(name) || leaves.length === 0) continue;
    const others = of(name).filter((other) => !isLeaf(other));
    const onLeft = others.some((other) => (distance.get(other) ?? 0) < place);
    const onRight = others.some((other) => (distance.get(other) ?? 0) > place);
    const inTheMiddle = onLeft === onRight;
    for (const [index, leaf] of leaves.entries()) {
      const left = inTheMiddle ? index < leaves.length / 2 : onRight;
      placed.set(leaf, place + (left ? -1 : 1));
    }
  }
  return placed;
}
