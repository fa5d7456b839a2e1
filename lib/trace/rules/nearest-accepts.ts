import { deviceAt } from '../../lab/device-at.ts';
import type { Namespace } from '../../lab/index.ts';
import { outputOf } from '../../lab/programs/exec.ts';
import type { NftStep } from './follow-packets.ts';
import { isTrue, type NftMatch } from './nft-match.ts';
import { type FieldValue, fieldsOf } from './packet-fields.ts';
import { ruleTexts } from './rule-text.ts';

/** More would bury the policy. */
const MOST = 3;

/** A rule that would have accepted a packet, but for one term: the field that it looks at, and the packet's value of that. */
interface NearestAccept {
  rule: string;
  field: string;
  value: string;
}

/**
 * The rules of a chain that would have accepted a packet which its policy dropped, but for one term each. Of rules that
 * hairpin cannot check term by term, none is named.
 *
 * @example [{ rule: 'tcp dport 433 accept', field: 'tcp dport', value: '443' }]
 */
export function nearestAccepts(namespace: Namespace, step: NftStep): NearestAccept[] {
  const { family, table, chain } = step;
  const fields = fieldsOf(step.seen, (index) => deviceAt(namespace, index)?.name);
  const near = rulesOf(outputOf(namespace, 'nft', ['-j', 'list', 'chain', family, table, chain])).flatMap((rule) => {
    const missed = missedTerm(rule, fields);
    return missed ? [{ handle: BigInt(rule.handle), missed }] : [];
  });
  const texts = near.length > 0 ? ruleTexts(namespace, step) : new Map<bigint, string>();
  return near.slice(0, MOST).flatMap(({ handle, missed }) => {
    const rule = texts.get(handle);
    return rule === undefined ? [] : [{ rule, ...missed }];
  });
}

interface NftRule {
  handle: number;
  expr: Record<string, unknown>[];
}

/** What `nft -j list chain` prints (libnftables-json(5)). */
function rulesOf(json: string): NftRule[] {
  if (json === '') return [];
  const { nftables } = JSON.parse(json) as { nftables: { rule?: NftRule }[] };
  return nftables.flatMap(({ rule }) => (rule ? [rule] : []));
}

/** The one term that does not hold, with what is the case. */
function missedTerm(
  { expr }: NftRule,
  fields: ReadonlyMap<string, FieldValue>,
): Omit<NearestAccept, 'rule'> | undefined {
  if (!expr.at(-1) || !('accept' in (expr.at(-1) ?? {}))) return undefined;
  const terms = expr.slice(0, -1).filter((each) => !('counter' in each));
  const judged = terms.map((each) => ('match' in each ? isTrue(each['match'] as NftMatch, fields) : undefined));
  const missed = judged.filter((each) => each?.holds === false);
  const [only] = missed;
  const others = judged.every((each) => each === only || each?.holds === true);
  return only && missed.length === 1 && others ? { field: only.field, value: String(only.value) } : undefined;
}
