import { alignColumns } from '../base/align-columns.ts';
import type { PairModes } from '../model/macvlan-pair.ts';

/** One line of `hairpin modes --json`. */
interface ModesRow extends PairModes {
  from: string;
  to: string;
  kind: string;
  delivered: boolean;
  copies: number;
  /** What the model says of `delivered`. */
  expected: boolean;
}

/** A row with the model's count, which the table compares too. */
export type CountedRow = ModesRow & { expectedCopies: number };

const GROUP_FRAMES = ['arp', 'broadcast', 'multicast', 'nd'];
const ECHOES = ['ping4', 'ping6'];

/** The columns: which ordered pairs of places each one sums up. */
const COLUMNS: readonly (readonly [title: string, pairs: readonly string[]])[] = [
  ['ns1→ns2', ['ns1 ns2']],
  ['ns2→ns1', ['ns2 ns1']],
  ['ns1→host', ['ns1 host']],
  ['host→ns1', ['host ns1']],
  ['ns2→host', ['ns2 host']],
  ['host→ns2', ['host ns2']],
  [
    'ns↔lan',
    ['ns1', 'ns2'].flatMap((ns) => ['gateway', 'neighbour'].flatMap((lan) => [`${ns} ${lan}`, `${lan} ${ns}`])),
  ],
];

/** The truth table for a person: a line for each pair of modes and state of the switch. */
export function formatModes(rows: readonly CountedRow[]): string {
  const lines = [['ns1', 'ns2', 'switch', ...COLUMNS.map(([title]) => title)]];
  for (const group of groupBy(rows, ({ ns1, ns2, hairpin }) => `${ns1} ${ns2} ${hairpin}`)) {
    const [{ ns1, ns2, hairpin }] = group as [CountedRow];
    const cells = COLUMNS.map(([, pairs]) => describe(group.filter(({ from, to }) => pairs.includes(`${from} ${to}`))));
    lines.push([ns1, ns2 ?? '–', hairpin ? 'hairpin' : 'plain', ...cells]);
  }
  const differing = rows.filter(differs);
  const summary =
    differing.length === 0
      ? `Kernel and model agree on all ${rows.length} questions.`
      : [
          `Kernel and model differ on ${differing.length} of ${rows.length} questions:`,
          ...differing.map(describeDifference),
        ].join('\n');
  return `${alignColumns(lines).join('\n')}\n\n${LEGEND}\n\n${summary}\n`;
}

const LEGEND = `host is the parent's own namespace; lan are gateway and neighbour, both ways.
all: every frame and echo arrives   frames: every single frame, but no echo   group: ARP, broadcast, multicast and ND
unicast: IPv4 to the receiver's MAC address   –: nothing   ×2: two copies of each`;

/** One word for what arrives, with "!" where the model says otherwise. */
function describe(rows: readonly CountedRow[]): string {
  if (rows.length === 0) return '';
  const words = new Set(groupBy(rows, ({ from, to }) => `${from} ${to}`).map(describePair));
  return `${[...words].join('/')}${rows.some(differs) ? ' !' : ''}`;
}

function describePair(rows: readonly CountedRow[]): string {
  const arrived = rows.filter(({ delivered }) => delivered);
  const kinds = arrived.map(({ kind }) => kind);
  const copies = Math.max(0, ...arrived.map((row) => row.copies));
  return `${nameKinds(kinds, rows.length)}${copies > 1 ? ` ×${copies}` : ''}`;
}

function nameKinds(kinds: readonly string[], all: number): string {
  const named: [string, readonly string[]][] = [
    ['–', []],
    ['unicast', ['unicast']],
    ['group', GROUP_FRAMES],
    ['frames', ['unicast', ...GROUP_FRAMES]],
    ['echo', ECHOES],
  ];
  if (kinds.length === all) return 'all';
  const found = named.find(([, set]) => set.length === kinds.length && set.every((kind) => kinds.includes(kind)));
  return found?.[0] ?? kinds.join('+');
}

function differs({ copies, expectedCopies }: CountedRow): boolean {
  return copies !== expectedCopies;
}

function describeDifference({ ns1, ns2, hairpin, from, to, kind, copies, expectedCopies }: CountedRow): string {
  const modes = `ns1 ${ns1}, ns2 ${ns2 ?? '–'}, ${hairpin ? 'hairpin' : 'plain'}`;
  return `! ${modes}: ${from} → ${to}, ${kind}: the kernel delivers ${copies}, the model says ${expectedCopies}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  return [...Map.groupBy(items, key).values()];
}
