import { visible } from '../../base/visible-text.ts';
import { edgeId, stateWords, type Topology, type TopologyEdge, type TopologyNamespace } from './topology.ts';
import { type DeviceBox, METRICS } from './topology-box.ts';
import { layOut, type PlacedBox } from './topology-layout.ts';
import { TOPOLOGY_STYLE } from './topology-style.ts';
import { besideWire, nestedWire, type Trail, trailOf, wirePath } from './topology-wires.ts';

/** What of a drawing is to stand out. */
export interface TopologyOptions {
  /** A packet's ways: of each, the devices that it passed, in order (`ns1/m1`, `host/up0` …). */
  path?: readonly (readonly string[])[];
  /** The device at which it was lost. */
  lostAt?: string;
  /** Whether it brings its styles. A page of many drawings has `TOPOLOGY_STYLE` once. @default true */
  styled?: boolean;
}

/**
 * Draws a lab as an SVG that needs nothing else: namespaces with their devices, cables, and macvlans' ways to their
 * parents (dashed). Parts are found by `data-namespace="ns1"`, `data-interface="ns1/m1"` and
 * `data-edge="ns1/m1 host/up0"`. It follows the colour scheme of the page that it is inlined in, or on its own the
 * reader's.
 *
 * @example await writeFile('lab.svg', topologySvg(topologyOf(readDrawn(lab))));
 */
export function topologySvg(topology: Topology, { path = [], lostAt, styled = true }: TopologyOptions = {}): string {
  const { width, height, boxes, wires } = layOut(topology);
  const trail = trailOf(path, lostAt);
  const names = topology.namespaces.map(({ name }) => name).join(', ');
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="hairpin-topology" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(names ? `A lab of ${names}` : 'An empty lab')}</title>`,
    ...(styled ? [`<style>${TOPOLOGY_STYLE}</style>`] : []),
    ...boxes.map((box) => namespaceSvg(box, trail)),
    // Above the namespaces, whose devices they end at; two wires that overlap differ in what is on the path.
    ...wires
      .toSorted((one, other) => Number(trail.hops.has(edgeId(one.edge))) - Number(trail.hops.has(edgeId(other.edge))))
      .map((wire) => edgeSvg(wire.edge, trail, wirePath(wire, trail))),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function namespaceSvg(box: PlacedBox, trail: Trail): string {
  const { namespace, x, y, width, height, devices, besides } = box;
  const { name, role } = namespace;
  const corner = role === 'router' ? 16 : 6;
  const nested = devices.flatMap((device) => {
    const above = devices.find((each) => each.device.key === device.under?.key);
    return device.under && above ? [edgeSvg(device.under.edge, trail, nestedWire(above, device))] : [];
  });
  return [
    `<g class="namespace ${role}" data-namespace="${escapeXml(name)}" transform="translate(${x} ${y})">`,
    `<rect width="${width}" height="${height}" rx="${corner}" fill="none" stroke="currentColor"/>`,
    `<path class="icon" d="${ICONS[role]}" transform="translate(${METRICS.padding} 7)" fill="none" stroke="currentColor"/>`,
    `<text class="title" x="${METRICS.padding + METRICS.icon}" y="20">${escapeXml(name)}</text>`,
    role === 'host' ? '' : `<text class="muted" x="${width - METRICS.padding}" y="20" text-anchor="end">${role}</text>`,
    ...nested,
    ...devices.map((device) => deviceSvg(device, trail)),
    ...besides.map(({ edge, from, to }) => edgeSvg(edge, trail, besideWire(from, to))),
    '</g>',
  ]
    .filter(Boolean)
    .join('\n');
}

function deviceSvg({ device, x, y, width, height }: DeviceBox, { devices, lostAt }: Trail): string {
  const { key, name, kind, mac, fault, addresses } = device;
  const state = stateWords(device);
  const lost = key === lostAt;
  const classes = ['interface', fault && 'fault', devices.has(key) && 'on-path', lost && 'lost'].filter(Boolean);
  const { padding, line } = METRICS;
  // Of the state only the fault is one: `down, mtu 9000`.
  const marked = `${fault ? `<tspan class="fault-text">${fault}</tspan>` : ''}${escapeXml(state.slice(fault?.length ?? 0))}`;
  const below = [...addresses.map(escapeXml), ...(state ? [marked] : [])].map(
    (text, index) => `<text class="muted" x="${padding}" y="${17 + (index + 1) * line}">${text}</text>`,
  );
  return [
    `<g class="${classes.join(' ')}" data-interface="${escapeXml(key)}" transform="translate(${x} ${y})">`,
    `<title>${escapeXml(`${key} (${kind}) ${mac}`)}</title>`,
    `<rect width="${width}" height="${height}" rx="4" fill="none" stroke="currentColor"/>`,
    `<text class="name" x="${padding}" y="17">${escapeXml(name)}</text>`,
    `<text class="muted" x="${width - padding}" y="17" text-anchor="end">${escapeXml(kind)}</text>`,
    ...below,
    lost ? `<g class="cross" transform="translate(${width} 0)"><circle r="9"/><path d="M-3-3L3 3M3-3L-3 3"/></g>` : '',
    '</g>',
  ]
    .filter(Boolean)
    .join('\n');
}

function edgeSvg(edge: TopologyEdge, { hops }: Trail, drawn: string): string {
  const id = edgeId(edge);
  const classes = ['edge', edge.kind, !edge.live && 'fault', hops.has(id) && 'on-path'].filter(Boolean);
  const name = `${edge.from} ${edge.kind === 'cable' ? '–' : 'on'} ${edge.to}${edge.live ? '' : ' (no carrier)'}`;
  return [
    `<g class="${classes.join(' ')}" data-edge="${escapeXml(id)}">`,
    `<title>${escapeXml(name)}</title>`,
    drawn,
    '</g>',
  ].join('\n');
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return visible(text).replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}

/** Lines in a square of 16, one drawing a role: a screen, arrows to either side, arrows in a circle. */
const ICONS: Record<TopologyNamespace['role'], string> = {
  host: 'M2 3H14V11H2ZM8 11V14M5 14H11',
  switch: 'M3 5.5H13M10.5 3L13 5.5L10.5 8M13 11.5H3M5.5 9L3 11.5L5.5 14',
  router: 'M8 1.5A6.5 6.5 0 1 1 7.99 1.5M8 4V12M6 6L8 4L10 6M6 10L8 12L10 10M4 8H5.5M10.5 8H12',
};
