import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { edgeId, namespaceOf, topologyOf } from '../../lib/report/drawing/topology.ts';
import { METRICS } from '../../lib/report/drawing/topology-box.ts';
import { type Layout, layOut, type PlacedBox } from '../../lib/report/drawing/topology-layout.ts';
import type { LabState } from '../../lib/report/lab-state.ts';
import { numRuns } from './arbitraries.ts';
import { linksState, pairState, StateBuilder } from './lab-states.ts';

const build = () => new StateBuilder();
const layoutOf = (state: LabState<'addresses'>) => layOut(topologyOf(state));
/** The namespaces of a drawing column by column, each from the top down. */
const columnsOf = ({ boxes }: Layout) =>
  [...Map.groupBy(boxes, ({ x }) => x)]
    .sort(([one], [other]) => one - other)
    .map(([, column]) => column.toSorted((one, other) => one.y - other.y).map(({ namespace }) => namespace.name));

describe('topologyOf', () => {
  test('has each cable once, and the way from a macvlan to its parent', () => {
    expect(topologyOf(pairState()).edges.map((edge) => `${edge.kind} ${edgeId(edge)}`)).toEqual([
      'parent ns1/m1 host/up0',
      'parent ns2/m2 host/up0',
      'cable host/up0 sw/p0',
      'cable gateway/eth0 sw/p1',
      'cable neighbour/eth0 sw/p2',
    ]);
  });

  test('says what is not as usual, and why no frame passes', () => {
    const { state } = build()
      .namespace('a')
      .namespace('sw', 'switch')
      .device('a/eth0', { peer: 'sw/p0', up: false, carrier: false, mtu: 9000 })
      .device('sw/p0', {
        peer: 'a/eth0',
        carrier: false,
        promiscuous: true,
        master: 'sw/br0',
        data: undefined,
        slaveData: { hairpin: true, learning: false },
      });
    const { namespaces, edges } = topologyOf(state);
    expect(namespaces.flatMap(({ devices }) => devices)).toMatchObject([
      { key: 'a/eth0', fault: 'down', notes: ['mtu 9000'] },
      { key: 'sw/p0', fault: 'no carrier', notes: ['hairpin', 'no learning', 'promiscuous'] },
    ]);
    expect(edges).toMatchObject([{ live: false }]);
  });

  test('names each kind with its settings, and has the way from each child to its parent', () => {
    const { namespaces, edges } = topologyOf(linksState());
    const kinds = namespaces.flatMap(({ devices }) => devices).map(({ key, kind }) => `${key}: ${kind}`);
    expect(kinds).toEqual([
      ...['a/eth0.100.10: vlan 10', 'a/eth0.100: vlan 802.1ad 100', 'a/eth0.20: vlan 20', 'a/eth0: veth'],
      ...['b/eth0: veth', 'b/gone0: ipvtap l3'],
      ...['vm/vm0: macvtap bridge', 'vm/i0: ipvlan l2 private', 'vm/d0: dummy'],
    ]);
    expect(edges.map((edge) => `${edge.kind} ${edgeId(edge)}`)).toEqual([
      ...['parent a/eth0.100.10 a/eth0.100', 'parent a/eth0.100 a/eth0', 'parent a/eth0.20 a/eth0'],
      ...['cable a/eth0 b/eth0', 'parent vm/vm0 a/eth0.100.10', 'parent vm/i0 a/eth0.20'],
    ]);
  });

  test('has the way from a master to each of its devices', () => {
    const { state } = build()
      .namespace('a')
      .device('a/br0', { kind: 'bridge' })
      .device('a/tap0', { kind: 'tun', master: 'a/br0' })
      .device('a/bond0', { kind: 'bond' })
      .device('a/eth0', { master: 'a/bond0', slaveKind: 'bond' });
    expect(topologyOf(state).edges).toMatchObject([
      { kind: 'parent', from: 'a/br0', to: 'a/tap0', member: 'port of' },
      { kind: 'parent', from: 'a/bond0', to: 'a/eth0', member: 'master' },
    ]);
  });

  test('draws no line to what is not in the lab', () => {
    expect(topologyOf(build().namespace('a').device('a/eth0', { peer: 'gone/eth0' }).state).edges).toEqual([]);
  });
});

describe('layOut', () => {
  test('has a macvlan pair from the children to the machines behind the switch', () => {
    expect(columnsOf(layoutOf(pairState()))).toEqual([['ns1', 'ns2'], ['host'], ['sw'], ['gateway', 'neighbour']]);
  });

  test('has a router between its switches', () => {
    const { state } = build()
      .namespace('a')
      .namespace('b')
      .namespace('sw1', 'switch')
      .namespace('sw2', 'switch')
      .namespace('r', 'router')
      .cable('a/eth0', 'sw1/p0')
      .cable('b/eth0', 'sw2/p0')
      .cable('r/eth0', 'sw1/p1')
      .cable('r/eth1', 'sw2/p1');
    expect(columnsOf(layoutOf(state))).toEqual([['a'], ['sw1'], ['r'], ['sw2'], ['b']]);
  });

  test('has half of the hosts of a switch on each side, in order', () => {
    const lab = build().namespace('sw', 'switch');
    for (let host = 1; host <= 12; host += 1) lab.namespace(`h${host}`).cable(`h${host}/eth0`, `sw/p${host}`);
    expect(columnsOf(layoutOf(lab.state))).toEqual([
      ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
      ['sw'],
      ['h7', 'h8', 'h9', 'h10', 'h11', 'h12'],
    ]);
  });

  test('has no room above what is uppermost, though boxes differ in height', () => {
    const lab = build().namespace('sw', 'switch');
    const addresses = ['10.0.0.1/24', 'fd00::1/64'];
    for (let host = 0; host < 30; host += 1) {
      lab.namespace(`h${host}`).cable(`h${host}/eth0`, `sw/p${host}`, host < 29 ? { addresses } : {});
    }
    expect(Math.min(...layoutOf(lab.state).boxes.map(({ y }) => y))).toBe(12);
  });

  test('has devices of one namespace under the one that they are made on', () => {
    const { state } = build()
      .namespace('host')
      .namespace('sw', 'switch')
      .cable('host/up0', 'sw/p0')
      .macvlan('host/shim', 'host/up0')
      .macvlan('host/deep', 'host/shim');
    const [host] = layoutOf(state).boxes as [PlacedBox];
    const { indent } = METRICS;
    expect(host.devices.map(({ device, x, under }) => [device.name, x - METRICS.padding, under?.key])).toEqual([
      ['up0', 0, undefined],
      ['shim', indent, 'host/up0'],
      ['deep', 2 * indent, 'host/shim'],
    ]);
  });

  test.for<[string, (lab: StateBuilder) => StateBuilder, string[]]>([
    [
      'a bridge',
      (lab) => lab.device('a/eth0', { master: 'a/br0' }).device('a/vx0', { kind: 'vxlan', master: 'a/br0' }),
      ['br0', '  eth0', '  vx0'],
    ],
    [
      'a bond, and a VLAN on it',
      (lab) =>
        lab
          .device('a/bond0', { kind: 'bond' })
          .device('a/eth0', { master: 'a/bond0', slaveKind: 'bond' })
          .device('a/bond0.10', { kind: 'vlan', lower: 'a/bond0' }),
      ['br0', 'bond0', '  eth0', '  bond0.10'],
    ],
    [
      'a bridge on a VLAN',
      (lab) =>
        lab
          .device('a/eth0')
          .device('a/eth0.10', { kind: 'vlan', lower: 'a/eth0', master: 'a/br0' })
          .device('a/tap0', { kind: 'tun', master: 'a/br0' }),
      ['eth0', '  eth0.10', '    br0', '      tap0'],
    ],
  ])('has the devices of %s below it', ([, add, expected]) => {
    const lab = add(build().namespace('a').device('a/br0', { kind: 'bridge' }));
    const [box] = layoutOf(lab.state).boxes as [PlacedBox];
    const depth = ({ x }: { x: number }) => (x - METRICS.padding) / METRICS.indent;
    expect(box.devices.map((each) => `${'  '.repeat(depth(each))}${each.device.name}`)).toEqual(expected);
  });

  test('has the ports of a bridge in the order of their other ends', () => {
    const lab = build().namespace('node').device('node/br0', { kind: 'bridge' });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) lab.namespace(name);
    for (const name of ['e', 'a', 'c', 'f', 'b', 'd'])
      lab.cable(`node/${name}`, `${name}/eth0`, { master: 'node/br0' });
    const { boxes } = layoutOf(lab.state);
    const [node, ...others] = boxes as [PlacedBox, ...PlacedBox[]];
    const ends = node.devices.flatMap(
      ({ device }) => others.find(({ namespace }) => namespace.name === device.name) ?? [],
    );
    expect(ends).toHaveLength(6);
    expect(ends.map(({ y }) => y)).toEqual(ends.map(({ y }) => y).toSorted((one, other) => one - other));
  });

  test('has a wire straight that is the only one on its side of both boxes', () => {
    const addresses = ['10.0.0.1/24', 'fd00::1/64'];
    const lab = build().namespace('a').namespace('b').namespace('sw', 'switch').namespace('r', 'router').namespace('c');
    for (const host of ['a', 'b']) lab.cable(`${host}/eth0`, `sw/${host}`, { addresses });
    lab.cable('r/eth0', 'sw/up', { addresses }).device('r/dummy0', { kind: 'dummy' }).cable('r/eth1', 'c/eth0');
    const bends = layoutOf(lab.state).wires.map(({ edge, runs }) => {
      const heights = new Set(runs.flat().map(({ y }) => y));
      return `${edgeId(edge)} ${heights.size === 1 ? 'straight' : 'bent'}`;
    });
    expect(bends).toEqual(['a/eth0 sw/a bent', 'b/eth0 sw/b bent', 'sw/up r/eth0 straight', 'r/eth1 c/eth0 straight']);
  });

  // r1 ─ (the last of its devices) q1 ─┐
  //                                    ├─ sw ── c ── b ── a
  // r2 ────────── (the second one) q2 ─┘
  test('has a wire bent where its box would be moved into another', () => {
    const lab = build();
    for (const name of ['q1', 'q2', 'r1', 'r2', 'sw', 'a', 'b', 'c']) lab.namespace(name);
    lab.cable('a/eth0', 'b/eth0').cable('b/eth1', 'c/eth0').cable('c/eth1', 'sw/up');
    for (const name of ['1', '2']) {
      lab.cable(`q${name}/eth0`, `sw/p${name}`);
      for (let at = 0; at < 4; at += 1) {
        const lower = at === 0 ? `q${name}/eth0` : `q${name}/v${at - 1}`;
        lab.device(`q${name}/v${at}`, { kind: 'vlan', lower });
      }
    }
    lab.macvlan('r1/m0', 'q1/v3').macvlan('r2/m0', 'q2/v0');
    for (const name of ['r1', 'r2']) for (let at = 0; at < 4; at += 1) lab.device(`${name}/d${at}`, { kind: 'dummy' });
    expect(overlaps(layoutOf(lab.state).boxes)).toEqual([]);
  });

  // a ─┐   ┌─ c
  // b ── m ── d, where br0 of m has two of the four
  test.for([
    ['above', 'ac', ['br0', 'a', 'c', 'b', 'd']],
    ['below', 'bd', ['a', 'c', 'br0', 'b', 'd']],
  ] as const)('has a bridge %s the other devices, where its wires lead', ([, ports, expected]) => {
    const lab = build().namespace('m').device('m/br0', { kind: 'bridge' });
    for (const name of ['a', 'b', 'c', 'd']) {
      lab.namespace(name).cable(`m/${name}`, `${name}/eth0`, ports.includes(name) ? { master: 'm/br0' } : {});
    }
    const [m] = layoutOf(lab.state).boxes as [PlacedBox];
    expect(m.devices.toSorted((one, other) => one.y - other.y).map(({ device }) => device.name)).toEqual(expected);
  });

  test('has the first of each part on top, and parts in their order', () => {
    const lab = build().namespace('sw', 'switch');
    const names = ['a', 'b'];
    for (const name of names) lab.namespace(name).cable(`${name}/eth0`, `sw/${name}`);
    lab.namespace('r', 'router').cable('sw/up', 'r/eth0');
    lab
      .namespace('c')
      .namespace('d')
      .namespace(`alone-${'x'.repeat(100)}`);
    for (const name of ['c', 'd']) lab.cable(`${name}/eth0`, `r/${name}`);
    lab.namespace('e').namespace('f').cable('e/eth0', 'f/eth0');
    const { boxes } = layoutOf(lab.state);
    const y = (name: string) => boxes.find(({ namespace }) => namespace.name.startsWith(name))?.y ?? 0;
    for (const [upper, lower] of ['ab', 'cd']) expect(y(upper as string)).toBeLessThan(y(lower as string));
    for (const name of ['sw', 'a', 'b', 'c', 'd', 'r']) expect(y(name)).toBeLessThan(y('alone'));
    expect(y('alone')).toBeLessThan(y('e'));
  });

  test('has small parts beside each other, in lines as wide as a page', () => {
    const lab = build();
    for (let host = 1; host <= 20; host += 1) lab.namespace(`h${host}`);
    const { boxes, width } = layoutOf(lab.state);
    const lines = [...Map.groupBy(boxes, ({ y }) => y).values()].map((line) => line.map(({ x }) => x));
    expect(lines.length).toBeLessThan(5);
    for (const line of lines) expect(line).toEqual(line.toSorted((one, other) => one - other));
    expect(width).toBeLessThanOrEqual(760 + 2 * 12);
  });

  test('never has boxes, texts and wires on top of each other, whatever the lab', () => {
    fc.assert(
      fc.property(anyLab(), (state) => {
        const layout = layoutOf(state);
        expect(overlaps(layout.boxes)).toEqual([]);
        for (const box of layout.boxes) {
          expect(overlaps(box.devices)).toEqual([]);
          for (const device of box.devices) {
            expect(device.y).toBeGreaterThanOrEqual(METRICS.title);
            expect(device.x + device.width).toBeLessThanOrEqual(box.width - METRICS.padding + 0.01);
            expect(device.y + device.height).toBeLessThanOrEqual(box.height - METRICS.padding + 0.01);
          }
          expect(box.x + box.width).toBeLessThan(layout.width);
          expect(box.y + box.height).toBeLessThan(layout.height);
        }
        expect(crossed(layout)).toEqual([]);
        expect(drawnEdges(layout).sort()).toEqual(topologyOf(state).edges.map(edgeId).sort());
        const heights = [...layout.boxes, ...layout.wires.flatMap(({ runs }) => runs.flat())].map(({ y }) => y);
        expect(Math.floor(Math.min(...heights))).toBe(12);
      }),
      numRuns(200),
    );
  });
});

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

function overlaps(rectangles: readonly Rectangle[]): Rectangle[][] {
  return rectangles.flatMap((one, index) =>
    rectangles
      .slice(index + 1)
      .filter(
        (other) =>
          one.x < other.x + other.width - 0.01 &&
          other.x < one.x + one.width - 0.01 &&
          one.y < other.y + other.height - 0.01 &&
          other.y < one.y + one.height - 0.01,
      )
      .map((other) => [one, other]),
  );
}

/** Wires that run through a namespace which is neither of their ends', and bends that are not between columns. */
function crossed({ boxes, wires }: Layout): string[] {
  return wires.flatMap(({ edge, runs }) => {
    const ends = [namespaceOf(edge.from), namespaceOf(edge.to)];
    const strangers = boxes.filter(({ namespace }) => !ends.includes(namespace.name));
    const straight = runs.map(([from, to]) => ({
      ...{ x: Math.min(from.x, to.x), y: from.y, width: Math.abs(to.x - from.x), height: 0 },
    }));
    const bends = runs.slice(1).map(([to], index) => {
      const from = runs[index]?.[1] ?? to;
      return { x: from.x, y: Math.min(from.y, to.y), width: to.x - from.x, height: Math.abs(from.y - to.y) };
    });
    const wrong = straight.some((run) => strangers.some((box) => overlaps([run, box]).length > 0));
    const wide = bends.some((bend) => bend.width < 0 || boxes.some((box) => overlaps([bend, box]).length > 0));
    return wrong || wide ? [edgeId(edge)] : [];
  });
}

function drawnEdges({ boxes, wires }: Layout): string[] {
  const inside = boxes.flatMap(({ devices, besides }) => [...devices.flatMap(({ under }) => under ?? []), ...besides]);
  return [...wires, ...inside].map(({ edge }) => edgeId(edge));
}

/** Up to nine namespaces, each with a bridge, with cables, ports and macvlans anywhere, also from a namespace to itself. */
function anyLab(): fc.Arbitrary<LabState<'addresses'>> {
  const place = fc.nat({ max: 8 });
  const kind = fc.constantFrom('macvlan', 'cable', 'port');
  const link = fc.record({ from: place, to: place, kind, addresses: fc.nat({ max: 3 }) });
  const roles = fc.array(fc.constantFrom('host' as const, 'router' as const, 'switch' as const), {
    minLength: 1,
    maxLength: 9,
  });
  return fc.tuple(roles, fc.array(link, { maxLength: 14 })).map(([kinds, links]) => {
    const lab = build();
    for (const [index, role] of kinds.entries())
      lab.namespace(`n${index}`, role).device(`n${index}/br0`, { kind: 'bridge' });
    for (const [index, { from, to, kind, addresses }] of links.entries()) {
      const [one, other] = [`n${from % kinds.length}/a${index}`, `n${to % kinds.length}/b${index}`];
      const given = Array.from({ length: addresses }, () => 'fd00:1234:5678:9abc:def0:1234:5678:9abc/128');
      const port = kind === 'port' ? { master: `n${from % kinds.length}/br0` } : {};
      if (kind === 'macvlan') lab.device(other, { addresses: given }).macvlan(one, other);
      else lab.cable(one, other, { addresses: given, ...port });
    }
    return lab.state;
  });
}
