import { visible } from '../../base/visible-text.ts';
import { devicesOf, stateWords, type Topology, type TopologyDevice } from './topology.ts';
import { directEdges } from './topology-order.ts';

/** Subgraphs have no shapes, so colours of GitHub's both themes tell them apart. */
const ROLES = { host: 'fill:transparent', router: 'fill:#d2992233', switch: 'fill:#388bfd33' } as const;

/**
 * A lab as a Mermaid flowchart, which GitHub draws in issues and pull requests: a namespace is a subgraph, a cable a
 * line, the way from a child to its parent a dotted one.
 */
export function topologyMermaid(topology: Topology): string {
  const { namespaces } = topology;
  // Names may be words of Mermaid's own (`end`), or hold what its identifiers may not.
  const ids = new Map(devicesOf(namespaces).map(({ key }, index) => [key, `d${index}`]));
  const lines = ['flowchart LR'];
  for (const [index, { name, role, devices }] of namespaces.entries()) {
    lines.push(`  subgraph n${index}["${escapeText(role === 'host' ? name : `${name} (${role})`)}"]`);
    // A subgraph without a node would not be drawn.
    if (devices.length === 0) lines.push(`    e${index}[" "]:::none`);
    for (const device of devices)
      lines.push(`    ${ids.get(device.key)}["${label(device)}"]${device.fault ? ':::fault' : ''}`);
    lines.push('  end', `  class n${index} ${role}`);
  }
  const directed = new Map(directEdges(topology).map((each) => [each.edge, each]));
  for (const edge of topology.edges) {
    const { left, right } = directed.get(edge) ?? { left: edge.from, right: edge.to };
    const line = `${edge.kind === 'cable' ? '---' : '-.-'}${edge.live ? '' : '|down|'}`;
    lines.push(`  ${ids.get(left)} ${line} ${ids.get(right)}`);
  }
  for (const [role, style] of Object.entries(ROLES)) lines.push(`  classDef ${role} ${style},stroke:#8b949e`);
  lines.push('  classDef fault stroke:#f85149,stroke-dasharray:4', '  classDef none fill:transparent,stroke:none');
  return `${lines.join('\n')}\n`;
}

function label(device: TopologyDevice): string {
  const { name, kind, addresses } = device;
  const below = [...addresses, stateWords(device)].filter(Boolean).map(escapeText);
  return [`<b>${escapeText(name)}</b> ${escapeText(kind)}`, ...below].join('<br/>');
}

/** Mermaid's entities, which begin with # where HTML's begin with &. */
function escapeText(text: string): string {
  const entities: Record<string, string> = { '#': '#35;', '"': '#quot;', '<': '#lt;', '>': '#gt;', '&': '#amp;' };
  return visible(text).replaceAll(/[#"<>&]/g, (character) => entities[character] ?? '');
}
