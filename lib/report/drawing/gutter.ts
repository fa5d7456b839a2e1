import type { Joint } from './topology-lines.ts';

/** What stands between two columns. */
export interface Gutter {
  lines: string[];
  /** The lines of text from which a wire leaves the column on the left, and whether it is live. */
  left: ReadonlyMap<number, boolean>;
  /** Those at which one arrives at the column on the right. */
  right: ReadonlyMap<number, boolean>;
}

/** Wires that meet: they share an end, and so a vertical line. */
interface Net {
  left: Map<number, boolean>;
  right: Map<number, boolean>;
}

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;
/** By the sum of the directions that a line goes in. */
const CHARACTERS: Record<number, string> = {
  [UP | DOWN]: '│',
  [UP | LEFT]: '┘',
  [UP | RIGHT]: '└',
  [DOWN | LEFT]: '┐',
  [DOWN | RIGHT]: '┌',
  [UP | DOWN | LEFT]: '┤',
  [UP | DOWN | RIGHT]: '├',
  [UP | LEFT | RIGHT]: '┴',
  [DOWN | LEFT | RIGHT]: '┬',
  [UP | DOWN | LEFT | RIGHT]: '┼',
};

/**
 * Draws the wires between two columns: straight ones, and the others with a vertical line each. Where two cross, the vertical one is on
 * top.
 *
 * @returns undefined where some of them would lie on each other: no wire may then end on the left and another on the right of a line
 */
export function drawGutter(joints: readonly Joint[], height: number): Gutter | undefined {
  const nets = netsOf(joints);
  const [left, right] = [new Map(nets.flatMap((net) => [...net.left])), new Map(nets.flatMap((net) => [...net.right]))];
  const lanes = assignLanes(nets.filter((net) => !isStraight(net)));
  if (!lanes) return undefined;
  if (nets.length === 0) return { lines: [], left, right };
  const width = Math.max(2, 2 * lanes.length + 1);
  const grid = Array.from({ length: height }, () => Array<string>(width).fill(' '));
  const put = (y: number, from: number, to: number, live: boolean) => {
    for (let x = from; x < to; x += 1) (grid[y] as string[])[x] = live ? '─' : '╌';
  };
  for (const net of nets.filter(isStraight)) for (const [y, live] of net.left) put(y, 0, width, live);
  for (const [lane, members] of lanes.entries()) {
    const x = 1 + 2 * lane;
    for (const net of members) {
      for (const [y, live] of net.left) put(y, 0, x, live);
      for (const [y, live] of net.right) put(y, x + 1, width, live);
    }
  }
  for (const [lane, members] of lanes.entries())
    for (const net of members) drawVertical(net, (y, character) => ((grid[y] as string[])[1 + 2 * lane] = character));
  return { lines: grid.map((row) => row.join('')), left, right };
}

function drawVertical({ left, right }: Net, put: (y: number, character: string) => void): void {
  const live = [...left.values(), ...right.values()].some(Boolean);
  const [top, bottom] = rangeOf({ left, right });
  for (let y = top; y <= bottom; y += 1) {
    const sides = (left.has(y) ? LEFT : 0) | (right.has(y) ? RIGHT : 0);
    const character = CHARACTERS[(y > top ? UP : 0) | (y < bottom ? DOWN : 0) | sides] as string;
    put(y, character === '│' && !live ? '╎' : character);
  }
}

function netsOf(joints: readonly Joint[]): Net[] {
  const nets: Net[] = [];
  for (const { from, to, back, live } of joints) {
    const added: Net = { left: new Map([[from, live]]), right: new Map() };
    (back ? added.left : added.right).set(to, live);
    // Those that it joins become one with it.
    const touched = nets.filter(
      (net) =>
        [...added.left.keys()].some((y) => net.left.has(y)) || [...added.right.keys()].some((y) => net.right.has(y)),
    );
    for (const net of touched) {
      for (const side of ['left', 'right'] as const)
        for (const [y, isLive] of net[side]) added[side].set(y, isLive || added[side].get(y) === true);
      nets.splice(nets.indexOf(net), 1);
    }
    nets.push(added);
  }
  return nets;
}

/**
 * Vertical lines that would meet get lanes of their own. Where one wire ends on the left of a line of text and another on its right,
 * the first turns off before the second comes in.
 *
 * @returns undefined where wires go round in a circle, so that there is no such order
 */
function assignLanes(nets: readonly Net[]): Net[][] | undefined {
  const lanes: Net[][] = [];
  const waiting = nets.toSorted((one, other) => rangeOf(one)[0] - rangeOf(other)[0]);
  while (waiting.length > 0) {
    const next = waiting.find((net) => !waiting.some((other) => turnsOffBefore(other, net)));
    if (!next) return undefined;
    waiting.splice(waiting.indexOf(next), 1);
    const first = 1 + lanes.findLastIndex((members) => members.some((each) => turnsOffBefore(each, next)));
    const free = lanes.findIndex(
      (members, at) => at >= first && members.every((each) => !overlap(rangeOf(each), rangeOf(next))),
    );
    if (free >= 0) lanes[free]?.push(next);
    else lanes.push([next]);
  }
  return lanes;
}

function turnsOffBefore(one: Net, other: Net): boolean {
  return one !== other && [...one.left.keys()].some((y) => other.right.has(y));
}

function overlap([one, end]: readonly [number, number], [other, otherEnd]: readonly [number, number]): boolean {
  return one <= otherEnd && other <= end;
}

function rangeOf({ left, right }: Net): readonly [number, number] {
  const lines = [...left.keys(), ...right.keys()];
  return [Math.min(...lines), Math.max(...lines)];
}

function isStraight(net: Net): boolean {
  const [top, bottom] = rangeOf(net);
  return top === bottom;
}
