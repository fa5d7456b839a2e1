import { culpritsOf } from '../../lib/diagnosis/culprits.ts';
import { CODES, sayCause, WORDS } from '../../lib/diagnosis/words/index.ts';
import type { Cause, Code } from '../../lib/model/cause.ts';

/** What an area of codes is about; in the order of the page. */
const AREAS: Record<string, string> = {
  link: 'Links',
  uplink: 'Real NICs',
  bridge: 'Bridges and their ports',
  macvlan: 'Macvlans',
  ipvlan: 'Ipvlans',
  bond: 'Bonds',
  vlan: 'VLANs',
  vxlan: 'Vxlans',
  tunnel: 'Tunnels',
  hsr: 'HSR and PRP',
  macsec: 'MACsec',
  wireguard: 'WireGuard',
  tap: 'Macvtaps and ipvtaps',
  route: 'Routes',
  mroute: 'Multicast routes',
  router: 'Routers',
  neighbour: 'Neighbours: ARP and ND',
  address: 'Addresses',
  host: 'Hosts',
  group: 'Multicast groups',
  socket: 'Sockets',
  nft: 'nftables, and iptables-nft',
  iptables: 'iptables-legacy',
  filter: 'Other packet filters',
  fault: 'Faults that the spec makes',
  tc: 'Traffic control',
  xdp: 'XDP',
  qdisc: 'Queueing disciplines',
  machine: 'The machine',
  ip: 'IP',
  seg6: 'Segment routing over IPv6',
  ipsec: 'IPsec',
  tcp: 'TCP',
  unknown: 'Unknown',
};

const INTRO = `# Diagnoses

Each cause of a loss has a **code**, such as \`bridge.isolated\`. [\`failure.json\`](failures.md#as-data) and the report have the code of
each failed assertion. Look up here what it means and what to do. Codes are stable: specs may ask for them, and scripts may read them. The
sentences of messages may change. This page is generated: \`npx vitest run specs/diagnosis/page.spec.ts -u\` writes it.
`;

const USE = `## In a spec

A negative may name its cause with \`droppedBy\`. It passes only if the packet was lost for this cause. For any other cause it fails, and
says which it was:

\`\`\`ts
await expect(a).not.toReach(b, { droppedBy: 'bridge.isolated', at: sw });
await expect(b).not.toHear(a, { droppedBy: 'bridge.bcast-flood-off' });
\`\`\`

\`at\` is the device or namespace where the packet was last seen, or whose setting is the cause. With \`droppedBy\` a probe that never left
its host counts, too (\`route.none\`, \`link.no-carrier\`), because its cause is known. To have the kernel name a packet filter's rule, hairpin
sends one more probe ([Reading a failure](failures.md#a-packet-filter)). With \`diagnose: 'passive'\` it sends none, so \`nft.\` codes are never found.

The error of a failed assertion has the diagnosis as data; so does \`meta.hairpin.attempts\` of the test in vitest's reporters:

\`\`\`ts
import { diagnosisOf } from 'hairpin';

const error = await expect(a).toReach(b).catch((error: unknown) => error);
diagnosisOf(error); // { code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' }, outcome: 'lost', lastSeen: 'sw/p0', … }
\`\`\`

| \`certainty\` | who says so |
| --- | --- |
| \`kernel\` | the kernel itself: a rule trace, or its reason for a drop |
| \`model\` | hairpin's model: the settings of the network have this effect |
| \`guess\` | nobody: only the place is known |

\`sw/p0\` is the device \`p0\` in the namespace \`sw\`. Each entry below says what the code means, with the kernel function that
drops the packet, then its facts, and an example of its message, with a hint what to do.
`;

/** docs/diagnoses.md. */
export function diagnosesPage(): string {
  const byArea = Map.groupBy(CODES, (code) => code.split('.')[0] as string);
  const sections = Object.entries(AREAS).map(([area, title]) => {
    const codes = byArea.get(area) ?? [];
    return [`## ${title}`, ...codes.map(section)].join('\n\n');
  });
  const missing = [...byArea.keys()].filter((area) => !(area in AREAS));
  if (missing.length > 0) throw new Error(`no title for the codes of ${missing.join(', ')}`);
  const index = Object.entries(AREAS).map(
    ([area, title]) => `- ${title}: ${(byArea.get(area) ?? []).map(toEntry).join(', ')}`,
  );
  return `${[INTRO, ...index, '', USE, ...sections].join('\n')}\n`
    .replaceAll(/\n(## )/g, '\n\n$1')
    .replaceAll(/\n{3,}/g, '\n\n');
}

const OR = new Intl.ListFormat('en', { type: 'disjunction' });

function section(code: Code): string {
  const { means, example } = WORDS[code];
  const { text, hint } = sayCause({ code, facts: example } as Cause);
  const culprits = culpritsOf({ code, facts: example } as Cause).map((name) => `\`${name}\``);
  return [
    `### \`${code}\``,
    '',
    means,
    ...factLines(WORDS[code]),
    ...['', 'Example:', '', '```', text],
    ...(hint ? [`Hint: ${hint}`] : []),
    '```',
    ...(culprits.length > 0 ? ['', `In this example \`at\` may be ${OR.format(culprits)}.`] : []),
  ].join('\n');
}

/** A link to the entry, by GitHub's anchor. */
function toEntry(code: Code): string {
  return `[\`${code}\`](#${code.replaceAll('.', '')})`;
}

interface Facts {
  example: object;
  facts?: Record<string, string>;
  optional?: Record<string, string>;
}

/** One line where all names speak for themselves, otherwise a list. */
function factLines({ example, facts = {}, optional = {} }: Facts): string[] {
  const required = Object.keys(example).filter((fact) => !(fact in optional));
  const names = required.map((fact) => `\`${fact}\``);
  if (Object.keys({ ...facts, ...optional }).length === 0)
    return names.length > 0 ? ['', `Facts: ${names.join(', ')}.`] : [];
  return [
    ...['', 'Facts:', ''],
    ...required.map((fact) => `- \`${fact}\`${facts[fact] ? `: ${facts[fact]}` : ''}`),
    ...Object.entries(optional).map(([fact, meaning]) => `- \`${fact}\` (optional): ${meaning}`),
  ];
}
