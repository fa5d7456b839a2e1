import type { Hop } from './path.ts';

/** A branch that was to be and is not: where the frame stayed behind, and why. */
export interface MissingBranch {
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
 */
export function drawPath(path: Hop, missing?: MissingBranch): string {
  return draw(path, missing).join('\n');
}

function draw(hop: Hop, missing: MissingBranch | undefined): string[] {
  const label = String(hop.frame.at);
  const branches = hop.next.map((next) => ({ arrow: '→', lines: draw(next, missing) }));
  if (missing?.at === hop) branches.push({ arrow: '✗', lines: missing.text.split('\n') });
  const [only, second] = branches;
  if (!only) return [label];
  if (!second) return joinBranch(`${label} ${only.arrow} `, ' '.repeat(label.length + 3), only.lines);
  const indent = ' '.repeat(label.length + 2);
  return branches.flatMap(({ arrow, lines }, index) => {
    const last = index === branches.length - 1;
    const head = index === 0 ? `${label} ─┬${arrow} ` : `${indent}${last ? '└' : '├'}${arrow} `;
    return joinBranch(head, `${indent}${last ? ' ' : '│'}  `, lines);
  });
}

function joinBranch(head: string, indent: string, [first = '', ...rest]: string[]): string[] {
  return [`${head}${first}`, ...rest.map((line) => `${indent}${line}`)];
}
