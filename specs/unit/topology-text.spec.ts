import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawGutter } from '../../lib/report/drawing/gutter.ts';
import { topologyOf } from '../../lib/report/drawing/topology.ts';
import { topologyText } from '../../lib/report/drawing/topology-text.ts';
import { linksState, pairState, StateBuilder } from './lab-states.ts';

const build = () => new StateBuilder();
const draw = ({ state }: StateBuilder) => topologyText(topologyOf(state));

describe('a drawing in characters', () => {
  test('has a macvlan pair in one line a child', () => {
    expect(topologyText(topologyOf(pairState()))).toMatchInlineSnapshot(`
      "[ns1] m1 (macvlan vepa) ─┬─ [host] up0 ── p0 {sw} p1 ── eth0 [gateway]
      [ns2] m2 (macvlan vepa) ─┘                        p2 ── eth0 [neighbour]"
    `);
  });

  test('has addresses on request', () => {
    const lab = build()
      .namespace('a')
      .namespace('b')
      .cable('a/eth0', 'b/eth0', { addresses: ['10.0.0.1/24', 'fd00::1/64'] });
    expect(topologyText(topologyOf(lab.state), { addresses: true })).toMatchInlineSnapshot(
      `"[a] eth0 10.0.0.1/24 fd00::1/64 ── eth0 [b]"`,
    );
  });

  test('has a router between its switches, and a cable that is down as a dashed line', () => {
    const lab = build()
      .namespace('a')
      .namespace('sw', 'switch')
      .namespace('r', 'router')
      .namespace('b')
      .cable('a/eth0', 'sw/p0')
      .cable('r/eth0', 'sw/p1')
      .device('r/eth1', { peer: 'b/eth0', up: false, carrier: false })
      .device('b/eth0', { peer: 'r/eth1', carrier: false });
    expect(draw(lab)).toMatchInlineSnapshot(`"[a] eth0 ── p0 {sw} p1 ── eth0 <r> eth1 (down) ╌╌ eth0 [b]"`);
  });

  test('has twenty hosts of a switch on its two sides', () => {
    const lab = build().namespace('sw', 'switch');
    for (let host = 1; host <= 20; host += 1) lab.namespace(`h${host}`).cable(`h${host}/eth0`, `sw/p${host}`);
    expect(draw(lab)).toMatchInlineSnapshot(`
      "[h1] eth0 ──── p1 {sw} p11 ── eth0 [h11]
      [h2] eth0 ──── p2      p12 ── eth0 [h12]
      [h3] eth0 ──── p3      p13 ── eth0 [h13]
      [h4] eth0 ──── p4      p14 ── eth0 [h14]
      [h5] eth0 ──── p5      p15 ── eth0 [h15]
      [h6] eth0 ──── p6      p16 ── eth0 [h16]
      [h7] eth0 ──── p7      p17 ── eth0 [h17]
      [h8] eth0 ──── p8      p18 ── eth0 [h18]
      [h9] eth0 ──── p9      p19 ── eth0 [h19]
      [h10] eth0 ── p10      p20 ── eth0 [h20]"
    `);
  });

  test('has what is made on a device in its line, or below it', () => {
    expect(topologyText(topologyOf(linksState()))).toMatchInlineSnapshot(`
      "[b] eth0 ─────────────── [a] eth0
          gone0 (ipvtap l3)        ├ eth0.100 (vlan 802.1ad 100)
                                   │ └ eth0.100.10 (vlan 10) ──────── vm0 (macvtap bridge) [vm]
                                   └ eth0.20 (vlan 20) ──────────── i0 (ipvlan l2 private)
                                                                                d0 (dummy)"
    `);
  });

  test('says of a device which master it belongs to', () => {
    const lab = build().namespace('a').namespace('b').device('a/bond0', { kind: 'bond' });
    lab.device('a/eth0', { peer: 'b/eth0', master: 'a/bond0', slaveKind: 'bond' }).device('b/eth0', { peer: 'a/eth0' });
    expect(draw(lab)).toMatchInlineSnapshot(`
      "[a] eth0 (master bond0) ────── eth0 [b]
          bond0 (bond balance-rr)"
    `);
  });

  test('has two ways between two switches', () => {
    const lab = build();
    for (const name of ['a', 'r1', 'r2', 'b']) lab.namespace(name, name.startsWith('r') ? 'router' : 'host');
    lab.namespace('s1', 'switch').namespace('s2', 'switch');
    lab.cable('a/eth0', 's1/p0').cable('r1/eth0', 's1/p1').cable('r2/eth0', 's1/p2');
    lab.cable('r1/eth1', 's2/p0').cable('r2/eth1', 's2/p1').cable('b/eth0', 's2/p2');
    expect(draw(lab)).toMatchInlineSnapshot(`
      "[a] eth0 ── p0 {s1} p1 ── eth0 <r1> eth1 ── p0 {s2} p2 ── eth0 [b]
                          p2 ── eth0 <r2> eth1 ── p1"
    `);
  });

  test('has every cable of a mesh, where lines must cross', () => {
    const lab = build();
    const names = ['r1', 'r2', 'r3', 'r4'];
    for (const name of names) lab.namespace(name, 'router');
    for (const [at, one] of names.entries())
      for (const other of names.slice(at + 1)) lab.cable(`${one}/${other}`, `${other}/${one}`);
    expect(draw(lab)).toMatchInlineSnapshot(`
      "<r1> r2 ─────┐
           r3 ─┐   │
           r4 ─│─┐ └─ r1 <r2>
      <r3> r2 ─│─│─── r3
           r1 ─┘ │ ┌─ r4
           r4 ─┐ │ │
      <r4> r2 ─│─│─┘
           r1 ─│─┘
           r3 ─┘"
    `);
  });

  test('has what is not connected on lines of its own, and says of an empty lab that it is one', () => {
    expect(draw(build().namespace('a').namespace('r', 'router').device('r/d0', { kind: 'dummy' }))).toBe(
      '[a]\n<r> d0 (dummy)',
    );
    expect(draw(build())).toBe('(an empty lab)');
  });

  test('shows a name that a terminal would take for more than letters', () => {
    expect(draw(build().namespace('a').device('a/\u001b[31m', { kind: 'dummy' }))).toContain('␛[31m');
  });
});

describe('wires between two columns', () => {
  const STEPS = { up: [-1, 0], down: [1, 0], left: [0, -1], right: [0, 1] } as const;
  type Direction = keyof typeof STEPS;
  const OPPOSITE: Record<Direction, Direction> = { up: 'down', down: 'up', left: 'right', right: 'left' };
  const WAYS: Record<string, Direction[]> = {
    '─': ['left', 'right'],
    '│': ['up', 'down'],
    '┘': ['up', 'left'],
    '└': ['up', 'right'],
    '┐': ['down', 'left'],
    '┌': ['down', 'right'],
    '┤': ['up', 'down', 'left'],
    '├': ['up', 'down', 'right'],
    '┴': ['up', 'left', 'right'],
    '┬': ['down', 'left', 'right'],
    '┼': ['up', 'down', 'left', 'right'],
  };

  /** Goes along a wire as a reader does: straight on where it meets one that does not turn to it. */
  function follow(lines: readonly string[], y: number): Set<string> {
    const ends = new Set<string>();
    const seen = new Set<string>();
    const todo: [y: number, x: number, going: Direction][] = [[y, 0, 'right']];
    for (const [line, x, going] of todo) {
      if (seen.has(`${line} ${x} ${going}`)) continue;
      seen.add(`${line} ${x} ${going}`);
      const width = [...(lines[line] as string)].length;
      if (x < 0 || x >= width) {
        ends.add(`${x < 0 ? 'left' : 'right'} ${line}`);
        continue;
      }
      const ways = WAYS[[...(lines[line] as string)][x] as string] ?? [];
      const onward = ways.includes(OPPOSITE[going]) ? ways.filter((way) => way !== OPPOSITE[going]) : [going];
      for (const way of onward) todo.push([line + STEPS[way][0], x + STEPS[way][1], way]);
    }
    return ends;
  }

  test('lead from each end to those that it is connected with, and to no other', () => {
    const joint = fc.record({ from: fc.nat(7), to: fc.nat(7) });
    fc.assert(
      fc.property(fc.uniqueArray(joint, { maxLength: 8, selector: ({ from, to }) => `${from} ${to}` }), (pairs) => {
        // No two ends on one line: as where every second column begins a line later.
        const joints = pairs.map(({ from, to }) => ({
          gutter: 0,
          from: 2 * from,
          to: 2 * to + 1,
          back: false,
          live: true,
        }));
        const { lines = [] } = drawGutter(joints, 16) ?? {};
        expect(lines.length > 0 || joints.length === 0).toBe(true);
        for (const { from } of joints) {
          const met = new Set([`left ${from}`]);
          for (let size = 0; size < met.size; ) {
            size = met.size;
            for (const each of joints) {
              const ends = [`left ${each.from}`, `right ${each.to}`];
              if (ends.some((end) => met.has(end))) for (const end of ends) met.add(end);
            }
          }
          expect(new Set([`left ${from}`, ...follow(lines, from)])).toEqual(met);
        }
      }),
    );
  });

  test('that would lie on each other are not drawn', () => {
    const swapped = [
      { gutter: 0, from: 0, to: 1, back: false, live: true },
      { gutter: 0, from: 1, to: 0, back: false, live: true },
    ];
    expect(drawGutter(swapped, 2)).toBeUndefined();
  });
});
