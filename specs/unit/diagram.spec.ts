import { describe, expect, test } from 'vitest';
import type { Topology } from '../../lib/report/drawing/topology.ts';
import { diagramOf, driftOf } from '../diagram.ts';

describe('driftOf', () => {
  const topology: Topology = {
    namespaces: ['a', 'r', 'b', 'sw'].map((name) => ({ name, role: 'host', devices: [] })),
    edges: [
      { kind: 'cable', from: 'a/eth0', to: 'r/eth0', live: true },
      { kind: 'cable', from: 'sw/p0', to: 'r/eth1', live: true },
      { kind: 'parent', from: 'sw/br0', to: 'sw/p0', member: 'port of', live: true },
      { kind: 'parent', from: 'b/m0', to: 'sw/p1', live: true },
    ],
  };

  test.for([
    'a eth0 ── eth0 r eth1 ── p0 sw   b',
    'a ── r, which forwards ── sw   b',
    'a ── eth0 (r) eth1 ── br0 (sw) p1 ── b',
    'b ── sw, and r ── p0 (sw); a',
    'a ── r ── …',
    'At first: a ── b ── r   sw',
  ])('%s is the lab', (diagram) => {
    expect(driftOf(diagram, topology)).toEqual([]);
  });

  test.for([
    ['a ── r ── sw', 'b is in the lab only'],
    ['a ── b   r   sw', 'no line of the lab leads from a to b'],
    ['a eth1 ── r   sw   b', 'no line of the lab leads from a/eth1 to r'],
    ['a ── eth1 (r) ── sw   b', 'no line of the lab leads from a to r/eth1'],
    ['r, b ── a   sw', 'no line of the lab leads from b to a'],
    ['At first: a ── r ── sw', 'b is in the lab only'],
  ] as const)('%s is not: %s', ([diagram, drift]) => {
    expect(driftOf(diagram, topology)).toEqual([drift]);
  });
});

test('a test has the diagram on top of it, the one before if it is the same, or that of the function it calls', () => {
  const spec = `
// a ── b
test('first', () => {});

// the same
test('second', () => {});

test('third', () => build());

test('fourth', () => {});

/** c ── d */
function build() {}
`;
  const lineOf = (title: string) => spec.split('\n').findIndex((line) => line.includes(title)) + 1;
  const diagrams = ['first', 'second', 'third', 'fourth'].map((title) => diagramOf(spec, lineOf(title)));
  expect(diagrams).toEqual(['a ── b', 'a ── b', expect.stringMatching(/^c ── d/), undefined]);
});
