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
  tap: 'Macvtaps and ipvtaps',
  route: 'Routes',
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
  ipsec: 'IPsec',
  tcp: 'TCP',
  unknown: 'Unknown',
};

const INTRO = `# Diagnoses

Why a packet was lost has a **code**. The codes are stable: specs may ask for them, and scripts may read them. The sentences of
messages may change. This page is made from the source: \`npx vitest run specs/diagnosis/page.spec.ts -u\` writes it.

A negative may ask for its cause. It passes only if the packet was lost for this cause, and fails for any other, with the code that it
was:

\`\`\`ts
await expect(a).not.toReach(b, { droppedBy: 'bridge.isolated', at: sw });
await expect(b).not.toHear(a, { droppedBy: 'bridge.bcast-flood-off' });
\`\`\`

\`at\` is the device or the namespace where the packet was last seen, or whose setting is the cause. With \`droppedBy\` an unsent
probe counts, too (\`route.none\`, \`link.no-carrier\`): what the network said is known then. For the kernel to name a packet filter's rule, one more
probe is sent ([Reading a failure](failures.md)), so \`diagnose: 'passive'\` knows no \`nft.\` codes.

Where a question had no answer, the error of the failed assertion has the diagnosis as data, and so has the test's \`meta.hairpin.attempts\` in vitest's reporters:

\`\`\`ts
import { diagnosisOf } from 'hairpin';

const error = await expect(a).toReach(b).catch((error: unknown) => error);
diagnosisOf(error); // { code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' }, outcome: 'lost', lastSeen: 'sw/p0', … }
\`\`\`

\`certainty\` is \`kernel\` where the kernel itself said so (a rule trace, its reason for a drop), \`model\` where the settings of the network would do
so, and \`guess\` where only the place is known. Devices are named by namespace and name: \`sw/p0\`.
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
  return `${[INTRO, ...sections].join('\n')}\n`.replaceAll(/\n(## )/g, '\n\n$1').replaceAll(/\n{3,}/g, '\n\n');
}

function section(code: Code): string {
  const { means, example } = WORDS[code];
  const { text, hint } = sayCause({ code, facts: example } as Cause);
  const culprits = culpritsOf({ code, facts: example } as Cause).map((name) => `\`${name}\``);
  return [
    `### \`${code}\``,
    '',
    means,
    ...factLines(WORDS[code]),
    ...(culprits.length > 0 ? ['', `In the example it is a setting of ${culprits.join(', ')}.`] : []),
    '',
    '```',
    text,
    ...(hint ? [`Hint: ${hint}`] : []),
    '```',
  ].join('\n');
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
