import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LabSnapshot } from '../../lib/report/lab-snapshot.ts';
import { edgeId, namespaceOf, topologyOf } from '../../lib/report/topology.ts';
import { METRICS } from '../../lib/report/topology-box.ts';
import { type Layout, layOut, type PlacedBox } from '../../lib/report/topology-layout.ts';
import { topologyMermaid } from '../../lib/report/topology-mermaid.ts';
import { topologySvg } from '../../lib/report/topology-svg.ts';
import { pairSnapshot, SnapshotBuilder } from './snapshots.ts';

const build = () => new SnapshotBuilder();
const layoutOf = (snapshot: LabSnapshot) => layOut(topologyOf(snapshot));
/** The namespaces of a drawing column by column, each from the top down. */
const columnsOf = ({ boxes }: Layout) =>
  [...Map.groupBy(boxes, ({ x }) => x)]
    .sort(([one], [other]) => one - other)
    .map(([, column]) => column.toSorted((one, other) => one.y - other.y).map(({ namespace }) => namespace.name));

describe('topologyOf', () => {
  test('has each cable once, and the way from a macvlan to its parent', () => {
    expect(topologyOf(pairSnapshot()).edges.map((edge) => `${edge.kind} ${edgeId(edge)}`)).toEqual([
      'parent ns1/m1 host/up0',
      'parent ns2/m2 host/up0',
      'cable host/up0 sw/p0',
      'cable gateway/eth0 sw/p1',
      'cable neighbour/eth0 sw/p2',
    ]);
  });

  test('says what is not as usual, and why no frame passes', () => {
    const { snapshot } = build()
      .namespace('a')
      .namespace('sw', 'switch')
      .device('a/eth0', { peer: 'sw/p0', up: false, carrier: false, mtu: 9000 })
      .device('sw/p0', { peer: 'a/eth0', carrier: false, promiscuous: true, port: { hairpin: true, learning: false } });
    const { namespaces, edges } = topologyOf(snapshot);
    expect(namespaces.flatMap(({ devices }) => devices)).toMatchObject([
      { key: 'a/eth0', fault: 'down', notes: ['mtu 9000'] },
      { key: 'sw/p0', fault: 'no carrier', notes: ['hairpin', 'no learning', 'promiscuous'] },
    ]);
    expect(edges).toMatchObject([{ live: false }]);
  });

  test('draws no line to what is not in the lab', () => {
    expect(topologyOf(build().namespace('a').device('a/eth0', { peer: 'gone/eth0' }).snapshot).edges).toEqual([]);
  });
});

describe('layOut', () => {
  test('has a macvlan pair from the children to the machines behind the switch', () => {
    expect(columnsOf(layoutOf(pairSnapshot()))).toEqual([['ns1', 'ns2'], ['host'], ['sw'], ['gateway', 'neighbour']]);
  });

  test('has a router between its switches', () => {
    const { snapshot } = build()
      .namespace('a')
      .namespace('b')
      .namespace('sw1', 'switch')
      .namespace('sw2', 'switch')
      .namespace('r', 'router')
      .cable('a/eth0', 'sw1/p0')
      .cable('b/eth0', 'sw2/p0')
      .cable('r/eth0', 'sw1/p1')
      .cable('r/eth1', 'sw2/p1');
    expect(columnsOf(layoutOf(snapshot))).toEqual([['a'], ['sw1'], ['r'], ['sw2'], ['b']]);
  });

  test('has half of the hosts of a switch on each side, in order', () => {
    const lab = build().namespace('sw', 'switch');
    for (let host = 1; host <= 12; host += 1) lab.namespace(`h${host}`).cable(`h${host}/eth0`, `sw/p${host}`);
    expect(columnsOf(layoutOf(lab.snapshot))).toEqual([
      ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
      ['sw'],
      ['h7', 'h8', 'h9', 'h10', 'h11', 'h12'],
    ]);
  });

  test('has devices of one namespace under the one that they are made on', () => {
    const { snapshot } = build()
      .namespace('host')
      .namespace('sw', 'switch')
      .cable('host/up0', 'sw/p0')
      .macvlan('host/shim', 'host/up0')
      .macvlan('host/deep', 'host/shim');
    const [host] = layoutOf(snapshot).boxes as [PlacedBox];
    const { indent } = METRICS;
    expect(host.devices.map(({ device, x, under }) => [device.name, x - METRICS.padding, under?.key])).toEqual([
      ['up0', 0, undefined],
      ['shim', indent, 'host/up0'],
      ['deep', 2 * indent, 'host/shim'],
    ]);
  });

  test('never has boxes, texts and wires on top of each other, whatever the lab', () => {
    fc.assert(
      fc.property(anyLab(), (snapshot) => {
        const layout = layoutOf(snapshot);
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
      }),
      { numRuns: 200 },
    );
  });
});

describe('topologySvg', () => {
  const svg = topologySvg(pairSnapshot());

  test('names every namespace, device and edge', () => {
    const named = (attribute: string) =>
      [...svg.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'))].map(([, id]) => id);
    expect(named('data-namespace')).toEqual(['ns1', 'ns2', 'host', 'gateway', 'neighbour', 'sw']);
    expect(named('data-interface').sort()).toEqual([
      'gateway/eth0',
      'host/up0',
      'neighbour/eth0',
      'ns1/m1',
      'ns2/m2',
      'sw/p0',
      'sw/p1',
      'sw/p2',
    ]);
    expect(named('data-edge').sort()).toEqual(topologyOf(pairSnapshot()).edges.map(edgeId).sort());
  });

  test('is an image with a name, and asks for nothing from elsewhere', () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^>]*role="img"/);
    expect(svg).toContain('<title>A lab of ns1, ns2, host, gateway, neighbour, sw</title>');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import|<script/);
  });

  test('styles nothing of the page that it is inlined in', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(svg)?.[1] ?? '';
    const selectors = [...style.matchAll(/([^{}]+)\{/g)].map(([, selector = '']) => selector.trim());
    expect(selectors.length).toBeGreaterThan(10);
    expect(selectors.filter((selector) => !selector.startsWith('.hairpin-topology'))).toEqual([]);
  });

  test("shows a packet's ways, and where it was lost", () => {
    const path = [
      ['ns1/m1', 'host/up0', 'sw/p0', 'sw/p1', 'gateway/eth0'],
      ['ns1/m1', 'host/up0', 'sw/p0', 'sw/p2', 'neighbour/eth0'],
    ];
    const drawn = topologySvg(pairSnapshot(), { path, lostAt: 'sw/p0' });
    const classes = (name: string) => new RegExp(`class="([^"]*)" data-[a-z]+="${name}"`).exec(drawn)?.[1];
    expect(classes('ns1/m1')).toBe('interface on-path');
    expect(classes('ns2/m2')).toBe('interface');
    expect(classes('sw/p0')).toBe('interface on-path lost');
    expect(classes('ns1/m1 host/up0')).toBe('edge parent on-path');
    expect(classes('ns2/m2 host/up0')).toBe('edge parent');
    expect(classes('gateway/eth0 sw/p1')).toBe('edge cable on-path');
    // An arrow a wire that was passed.
    expect(drawn.match(/<polygon/g)).toHaveLength(4);
  });

  test('is well-formed, whatever the names', () => {
    const { snapshot } = build().namespace('<&">').device('<&">/"\'', { up: false });
    const odd = topologySvg(snapshot);
    expect(unbalanced(odd)).toEqual([]);
    expect(odd).toContain('data-namespace="&lt;&amp;&quot;&gt;"');
    expect(unbalanced(svg)).toEqual([]);
  });

  test('of an empty lab is an image too', () => {
    expect(topologySvg({ namespaces: [] })).toContain('<title>An empty lab</title>');
  });
});

describe('topologyMermaid', () => {
  test('is a flowchart of subgraphs', () => {
    const { snapshot } = build()
      .namespace('end')
      .namespace('sw', 'switch')
      .namespace('ns1')
      .cable('end/up0', 'sw/p"0', { addresses: ['10.0.0.1/24'] })
      .macvlan('ns1/m1', 'end/up0')
      .namespace('lonely', 'router');
    expect(topologyMermaid(snapshot)).toBe(`flowchart LR
  subgraph n0["end"]
    d0["<b>up0</b> veth<br/>10.0.0.1/24"]
  end
  class n0 host
  subgraph n1["sw (switch)"]
    d1["<b>p#quot;0</b> veth"]
  end
  class n1 switch
  subgraph n2["ns1"]
    d2["<b>m1</b> macvlan vepa<br/>10.0.0.101/24<br/>fd00::65/64"]
  end
  class n2 host
  subgraph n3["lonely (router)"]
    e3[" "]:::none
  end
  class n3 router
  d1 --- d0
  d0 -.- d2
  classDef host fill:transparent,stroke:#8b949e
  classDef router fill:#d2992233,stroke:#8b949e
  classDef switch fill:#388bfd33,stroke:#8b949e
  classDef fault stroke:#f85149,stroke-dasharray:4
  classDef none fill:transparent,stroke:none
`);
  });

  test('marks what is down', () => {
    const { snapshot } = build().namespace('a').namespace('b').cable('a/eth0', 'b/eth0', { up: false });
    expect(topologyMermaid(snapshot)).toContain('<br/>down"]:::fault');
    expect(topologyMermaid(snapshot)).toContain('d0 ---|down| d1');
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
    const straight = runs.map(([from, to]) => ({ x: from.x, y: from.y, width: to.x - from.x, height: 0 }));
    const bends = runs.slice(1).map(([to], index) => {
      const from = runs[index]?.[1] ?? to;
      return { x: from.x, y: Math.min(from.y, to.y), width: to.x - from.x, height: Math.abs(from.y - to.y) };
    });
    const wrong = straight.some((run) => strangers.some((box) => overlaps([run, box]).length > 0));
    const wide = bends.some((bend) => bend.width <= 0 || boxes.some((box) => overlaps([bend, box]).length > 0));
    return wrong || wide ? [edgeId(edge)] : [];
  });
}

/** The tags of an XML document that are not closed in turn. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [, closing, name = '', alone] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/gi)) {
    if (closing) {
      if (open.pop() !== name) return [name];
    } else if (!alone) open.push(name);
  }
  return open;
}

/** Up to nine namespaces with cables and macvlans anywhere, also from a namespace to itself. */
function anyLab(): fc.Arbitrary<LabSnapshot> {
  const place = fc.nat({ max: 8 });
  const link = fc.record({ from: place, to: place, macvlan: fc.boolean(), addresses: fc.nat({ max: 3 }) });
  const roles = fc.array(fc.constantFrom('host' as const, 'router' as const, 'switch' as const), {
    minLength: 1,
    maxLength: 9,
  });
  return fc.tuple(roles, fc.array(link, { maxLength: 14 })).map(([kinds, links]) => {
    const lab = build();
    for (const [index, role] of kinds.entries()) lab.namespace(`n${index}`, role);
    for (const [index, { from, to, macvlan, addresses }] of links.entries()) {
      const [one, other] = [`n${from % kinds.length}/a${index}`, `n${to % kinds.length}/b${index}`];
      const given = Array.from({ length: addresses }, () => 'fd00:1234:5678:9abc:def0:1234:5678:9abc/128');
      if (macvlan) lab.device(other, { addresses: given }).macvlan(one, other);
      else lab.cable(one, other, { addresses: given });
    }
    return lab.snapshot;
  });
}
