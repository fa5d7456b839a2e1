import { expect, test } from 'vitest';
import { edgeId, topologyOf } from '../../lib/report/drawing/topology.ts';
import { topologyMermaid } from '../../lib/report/drawing/topology-mermaid.ts';
import { topologySvg } from '../../lib/report/drawing/topology-svg.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { pairState, StateBuilder } from './lab-states.ts';

const svg = topologySvg(topologyOf(pairState()));

test('names every namespace, device and edge', () => {
  const named = (attribute: string) => [...svg.matchAll(new RegExp(`${attribute}="([^"]*)"`, 'g'))].map(([, id]) => id);
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
  expect(named('data-edge').sort()).toEqual(topologyOf(pairState()).edges.map(edgeId).sort());
});

test('a device that belongs to a bridge, and is made on another device, is connected with both', () => {
  const builder = new StateBuilder().namespace('a').device('a/br0', { kind: 'bridge' });
  for (const port of ['eth0', 'eth1']) {
    builder.device(`a/${port}`).device(`a/${port}.10`, { kind: 'vlan', lower: `a/${port}`, master: 'a/br0' });
  }
  const bridged = topologySvg(topologyOf(builder.state));
  const drawn = [...bridged.matchAll(/data-edge="([^"]*)">\n.*\n<path d="M[\d.]+ [\d.]+[HV]/g)].map(([, id]) => id);
  expect(drawn.sort()).toEqual(['a/br0 a/eth0.10', 'a/br0 a/eth1.10', 'a/eth0.10 a/eth0', 'a/eth1.10 a/eth1']);
});

test('of a state only the fault is in its colour', () => {
  const { state } = new StateBuilder().namespace('a').device('a/eth0', { up: false, mtu: 9000 });
  expect(topologySvg(topologyOf(state))).toContain('><tspan class="fault-text">down</tspan>, mtu 9000</text>');
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
  const drawn = topologySvg(topologyOf(pairState()), { path, lostAt: 'sw/p0' });
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
  const { state } = new StateBuilder().namespace('<&">').device('<&">/"\'', { up: false });
  const odd = topologySvg(topologyOf(state));
  expect(unbalanced(odd)).toEqual([]);
  expect(odd).toContain('data-namespace="&lt;&amp;&quot;&gt;"');
  expect(unbalanced(svg)).toEqual([]);
});

test('has no character that XML has no room for', () => {
  const name = 'a\u001b[31m\u0000\u007f\u0085\uD800\uFFFF😀';
  const { state } = new StateBuilder().namespace('ns').device(`ns/${name}`);
  const odd = topologySvg(topologyOf(state));
  // XML 1.0, section 2.2.
  expect(odd).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
  expect(odd).toContain('data-interface="ns/a␛[31m␀␡���😀"');
  expect(topologyMermaid(topologyOf(state))).toContain('<b>a␛[31m␀␡���😀</b>');
  expect(state.namespaces.map((each) => stateText(state, each)).join()).toContain('a␛[31m␀␡���😀');
});

test('of an empty lab is an image too', () => {
  expect(topologySvg({ namespaces: [], edges: [] })).toContain('<title>An empty lab</title>');
});

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
