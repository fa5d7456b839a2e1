import type { FilterChain, FilterRule, Ruleset } from '../../kernel/ruleset/read-ruleset.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import type { HookedPacket } from './packet.ts';

/** A rule, or without one the policy of a chain, that ends a packet's way. */
export interface Culprit {
  chain: FilterChain;
  rule: FilterRule | undefined;
  /** `reject` sends an ICMP error or a TCP reset. */
  by: 'drop' | 'reject';
  /** Whether it surely is this one: its terms hold, and nothing before it may have judged otherwise. */
  sure: boolean;
}

/** What is known of the way through the chains so far. */
interface Walk {
  ruleset: Ruleset;
  packet: HookedPacket;
  /** Rules that may have ended it, in the kernel's order. */
  suspects: Culprit[];
  /** Whether something on the way cannot be read: what comes behind it is no longer sure. */
  doubt: boolean;
  /** Whether a rule's verdict was not reached, whatever its terms say: its counter did not move. */
  isInnocent: (chain: FilterChain, rule: FilterRule) => boolean;
}

type End = 'accept' | 'drop' | 'return' | 'through';

/** Who ends a packet's way in the base chains of one hook, in the order of their priorities. */
export function judge(
  ruleset: Ruleset,
  chains: readonly FilterChain[],
  packet: HookedPacket,
  isInnocent: Walk['isInnocent'],
): { suspects: Culprit[]; ended: boolean; doubt: boolean } {
  const walk: Walk = { ruleset, packet, suspects: [], doubt: false, isInnocent };
  const inOrder = [...chains].sort((a, b) => (a.hook?.priority ?? 0) - (b.hook?.priority ?? 0));
  const tracked = !ruleset.chains.some(({ rules }) => rules.some(hasNotrack));
  for (const chain of inOrder) {
    const sees = tracked && chain.family !== 'bridge' && (chain.hook?.priority ?? 0) > CONNTRACK;
    walk.packet = sees ? packet : { ...packet, state: undefined };
    const end = go(chain, walk, DEEPEST);
    if (end === 'accept') continue;
    if (end !== 'drop' && chain.policy === 'accept') continue;
    if (end !== 'drop') walk.suspects.push({ chain, rule: undefined, by: 'drop', sure: !walk.doubt });
    return { suspects: walk.suspects, ended: true, doubt: walk.doubt };
  }
  return { suspects: walk.suspects, ended: false, doubt: walk.doubt };
}

/** `NF_IP_PRI_CONNTRACK`: before it a packet has no state. */
const CONNTRACK = -200;

function hasNotrack({ expressions }: FilterRule): boolean {
  return expressions.some(({ type }) => type === 'notrack');
}

/** NFT_JUMP_STACK_SIZE. */
const DEEPEST = 16;

function go(chain: FilterChain, walk: Walk, depth: number): End {
  const sets = walk.ruleset.sets.filter(({ family, table }) => family === chain.family && table === chain.table);
  for (const rule of chain.rules) {
    const evaluation = evaluate(rule, walk.packet, { family: chain.family, sets });
    const end = apply(evaluation, chain, rule, walk, depth);
    if (end !== undefined) return end;
  }
  return 'through';
}

/** What one rule does to the walk; undefined goes on with the next. */
function apply(
  { matches, verdict }: Evaluation,
  chain: FilterChain,
  rule: FilterRule,
  walk: Walk,
  depth: number,
): End | undefined {
  // A rule's counter stands before its verdict: where it did not move, the packet was none of the rule's.
  if (matches === 'no' || verdict === undefined) return undefined;
  if (walk.isInnocent(chain, rule)) {
    // Its terms hold, and yet it did not see the packet: something that is not known of comes before it.
    if (matches === 'yes') walk.doubt = true;
    return undefined;
  }
  const certain = matches === 'yes';
  switch (verdict.kind) {
    case 'drop':
    case 'reject':
      walk.suspects.push({ chain, rule, by: verdict.kind, sure: certain && !walk.doubt });
      if (certain) return 'drop';
      walk.doubt = true;
      return undefined;
    case 'jump':
    case 'goto':
      return follow(verdict, certain, chain, walk, depth);
    case 'accept':
    case 'return':
      if (certain) return verdict.kind;
      walk.doubt = true;
      return undefined;
    case 'unknown':
    case 'queue':
    case 'stolen':
      walk.doubt = true;
      return undefined;
    default:
      return undefined;
  }
}

function follow(
  { kind, chain: name }: { kind: 'jump' | 'goto'; chain: string },
  certain: boolean,
  chain: FilterChain,
  walk: Walk,
  depth: number,
): End | undefined {
  const target = walk.ruleset.chains.find(
    (each) => each.family === chain.family && each.table === chain.table && each.name === name,
  );
  if (!certain || !target || depth === 0) walk.doubt = true;
  if (!target || depth === 0) return undefined;
  const end = go(target, walk, depth - 1);
  if (!certain) return undefined;
  if (end === 'accept' || end === 'drop') return end;
  return kind === 'goto' ? 'return' : undefined;
}
