import { type CapturedFrame, type Hop, isLink } from '../lab/index.ts';
import { macvlan } from '../links/macvlan.ts';
import { copiesOf } from './path.ts';
import { addressesOf } from './translation.ts';
import { uplinkBetween, uplinkOf } from './uplink.ts';

/** A branch that was to be and is not: where the frame stayed behind, and why. */
interface MissingBranch {
  at: Hop;
  text: string;
}

/**
 * Draws a path as one line, with a line more for each further branch:
 *
 * ```
 * ns1/m1 → host/up0 → sw/p0 ─┬→ sw/p1 → neighbour/eth0
 *                            └✗ not sent back out of sw/p0: hairpin is off on that port
 * ```
 *
 * Where its addresses were translated, it says what they became: `r/eth1 (as 10.0.1.1 > 10.0.1.2)`. A device that the frame
 * came to twice says which copy it is; where it goes round, `↻` ends the branch. A real NIC, in
 * which nothing is observed, stands in parentheses.
 */
export function drawPath(path: Hop, missing?: MissingBranch): string {
  const copies = new Map([...copiesOf(path).values()].flatMap((hops) => hops.map((hop, index) => [hop, index + 1])));
  const { at, direction } = path.frame;
  const from = direction === 'in' && isLink(at, macvlan) ? uplinkOf(at) : undefined;
  return prefix(from ? `(${from}) → ` : '', draw(path, { missing, copies })).join('\n');
}

interface Drawing {
  missing: MissingBranch | undefined;
  /** Which copy of the frame a hop is, where there are several. */
  copies: Map<Hop, number>;
}

interface Branch {
  arrow: '→' | '✗' | '↻';
  lines: string[];
}

/** @param before where it came from */
function draw(hop: Hop, drawing: Drawing, before = hop.frame): string[] {
  const { missing, copies } = drawing;
  const copy = copies.get(hop) ?? 1;
  const label = `${hop.frame.at}${copy > 1 ? ` (${ordinal(copy)} copy)` : ''}${translation(before, hop.frame)}`;
  const branches = hop.next.map((next) => branch(hop.frame, next, drawing));
  if (missing?.at === hop) branches.push({ arrow: '✗', lines: missing.text.split('\n') });
  const [only, second] = branches;
  if (!only) return [`${label}${leavesBy(hop.frame)}`];
  if (!second) return prefix(`${label} ${only.arrow} `, only.lines);
  const indent = ' '.repeat(label.length + 2);
  return branches.flatMap(({ arrow, lines }, index) => {
    const last = index === branches.length - 1;
    const head = index === 0 ? `${label} ─┬${arrow} ` : `${indent}${last ? '└' : '├'}${arrow} `;
    return joinBranch(head, `${indent}${last ? ' ' : '│'}  `, lines);
  });
}

/** What a translation made of its addresses. */
function translation(before: CapturedFrame, { bytes }: CapturedFrame): string {
  const became = addressesOf(bytes);
  return became === addressesOf(before.bytes) ? '' : ` (as ${became})`;
}

/** What a macvlan on a real NIC sent goes on where nobody sees it. */
function leavesBy({ at, direction }: CapturedFrame): string {
  const uplink = direction === 'out' && isLink(at, macvlan) ? uplinkOf(at) : undefined;
  return uplink ? ` → (${uplink})` : '';
}

function branch(from: CapturedFrame, next: Hop, drawing: Drawing): Branch {
  if (next.again) return { arrow: '↻', lines: [`${next.frame.at} again: a loop`] };
  const uplink = uplinkBetween(from, next.frame);
  return { arrow: '→', lines: prefix(uplink ? `(${uplink}) → ` : '', draw(next, drawing, from)) };
}

function ordinal(number: number): string {
  return number === 2 ? '2nd' : number === 3 ? '3rd' : `${number}th`;
}

function prefix(head: string, lines: string[]): string[] {
  return joinBranch(head, ' '.repeat(head.length), lines);
}

function joinBranch(head: string, indent: string, [first = '', ...rest]: string[]): string[] {
  return [`${head}${first}`, ...rest.map((line) => `${indent}${line}`)];
}
