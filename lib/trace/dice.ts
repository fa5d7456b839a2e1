import { engineOf } from '../lab/engines/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import type { NftExpression } from '../netlink/netfilter/nf-expression.ts';
import { listExpressions } from '../netlink/netfilter/nf-tables.ts';
import { askNftables, legacyTablesOf } from '../netlink/netfilter/packet-filters.ts';
import { extensionsIn } from './chance.ts';
import { MOST_PROBES, probesUntil } from './impaired-links.ts';

/**
 * How many probes show whether the packet filters of a namespace let any pass that roll dice or count packets round (`numgen`, `meta random`,
 * iptables' `statistic`); 0 where none does.
 */
export function probesOfDice(namespace: Namespace): number {
  const { netns } = engineOf(namespace);
  const expressions = askNftables(netns, listExpressions) ?? [];
  const legacy = legacyTablesOf(netns).flatMap((table) => extensionsIn(netns, table) ?? []);
  const shares = [
    ...expressions.map(shareOf),
    ...legacy.map(({ name, data }) => (name === 'statistic' ? shareOfStatistic(data) : undefined)),
  ];
  return Math.max(0, ...shares.map((share = 0) => (share > 0 ? probesUntil(share) : 0)));
}

/** Why no answer to many probes proves nothing: a filter may let fewer pass by chance. Undefined where none does. */
export function doubtOfDice(lab: Lab): string | undefined {
  if (engineOf(lab).isPristine) return undefined;
  const rolling = lab.namespaces.find((namespace) => probesOfDice(namespace) > MOST_PROBES);
  return (
    rolling &&
    `a packet filter of ${rolling} may let so few packets pass by chance that ${MOST_PROBES} probes without an answer prove nothing`
  );
}

/** `NFT_META_PRANDOM`. */
const RANDOM = 24;

interface Numbered {
  register?: number;
  key?: number;
  modulus?: number;
  offset?: number;
  match?: string;
  info?: Buffer;
}

/** Which share of the packets fares otherwise than the rest: one of all numbers where nobody can tell. Undefined where no number is drawn. */
function shareOf({ name, data }: NftExpression, at: number, all: readonly NftExpression[]): number | undefined {
  const { register, key, modulus = 1, offset = 0, match, info } = data as Numbered;
  if (name === 'match' && match === 'statistic' && info) return shareOfStatistic(info);
  const isRandom = name === 'meta' && key === RANDOM && register !== undefined;
  if (name !== 'numgen' && !isRandom) return undefined;
  const numbers = isRandom ? { first: 0, count: 2 ** 32 } : { first: offset, count: modulus };
  // Numbers travel as the machine has them, unless the rule turns them round to tell less from more.
  const isTurned = all[at + 1]?.name === 'byteorder';
  const tests = testsOf(all.slice(at + (isTurned ? 2 : 1)), register);
  const ranges = tests.map((test) => rangeOf(test, isRandom || isTurned));
  if (ranges.length === 0 || ranges.includes(undefined)) return 1 / numbers.count;
  const [least, most] = (ranges as Range[]).reduce(([from, to], [first, last]) => [
    Math.max(from, first),
    Math.min(to, last),
  ]);
  const below = (limit: number) => Math.min(numbers.count, Math.max(0, limit - numbers.first));
  const matched = Math.max(0, below(most + 1) - below(least));
  return Math.min(matched, numbers.count - matched) / numbers.count;
}

/** What looks at the number, up to the first expression that does not. */
function testsOf(rest: readonly NftExpression[], register: number | undefined): NftExpression[] {
  if (rest[0]?.name === 'range') return [rest[0]];
  const end = rest.findIndex(({ name, data }) => name !== 'cmp' || (data as Numbered).register !== register);
  return rest.slice(0, end === -1 ? rest.length : end);
}

type Range = readonly [least: number, most: number];

/** The numbers that a test is true of; those that it is false of, where it is for all but one. */
function rangeOf({ name, data }: NftExpression, isBigEndian: boolean): Range | undefined {
  const numberOf = ({ value }: { value?: Buffer } = {}) =>
    value?.length === 4 ? (isBigEndian ? value.readUInt32BE() : value.readUInt32LE()) : undefined;
  const {
    by = -1,
    with: wanted,
    from,
    to,
  } = data as Record<'with' | 'from' | 'to', { value?: Buffer }> & { by?: number };
  const [least, most] = name === 'range' ? [numberOf(from), numberOf(to)] : [numberOf(wanted), numberOf(wanted)];
  if (least === undefined || most === undefined) return undefined;
  if (name === 'range') return [least, most];
  const all: Range = [0, 2 ** 32 - 1];
  const one: Range = [least, most];
  return ([one, one, [all[0], least - 1], [all[0], least], [least + 1, all[1]], [least, all[1]]] as const)[by];
}

/** `XT_STATISTIC_MODE_NTH`: one packet in `every` and one more. Or each by a probability, of 2^31. */
function shareOfStatistic(info: Buffer): number | undefined {
  if (info.length < 8) return undefined;
  const [mode, number] = [info.readUInt16LE(0), info.readUInt32LE(4)];
  if (mode === 1) return number === 0 ? 0 : 1 / (number + 1);
  const probability = number / 2 ** 31;
  return Math.min(probability, 1 - probability);
}
