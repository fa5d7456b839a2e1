import type { FilterChain, FilterRule, Ruleset } from '../../netlink/ruleset/read-ruleset.ts';
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

/** What is known of what became of a packet. */
export interface Evidence {
  /** Whether a rule's verdict was not reached, whatever its terms say: its counter did not move. */
  isInnocent: (chain: FilterChain, rule: FilterRule) => boolean;
  /** Whether its sender was told: then nothing dropped it without a word. */
  refused: boolean;
}

/** What is known of the way through the chains so far. */
interface Walk extends Evidence {
  ruleset: Ruleset;
  packet: HookedPacket;
  /** Rules that may have ended it, in the kernel's order. */
  suspects: Culprit[];
  /** Whether something on the way cannot be read: what comes behind it is no longer sure. */
  doubt: boolean;
}

type End = 'accept' | 'drop' | 'return' | 'through';

/** Who ends a packet's way in the base chains of one hook. */
export function judge(
  ruleset: Ruleset,
  chains: readonly FilterChain[],
  packet: HookedPacket,
  evidence: Evidence,
): { suspects: Culprit[]; ended: boolean; doubt: boolean } {
  const suspects: Culprit[] = [];
  let doubt = false;
  for (const tables of inOrder(chains)) {
    const walks = tables.map((each) => walkThrough(each, { ruleset, packet, suspects: [], doubt, ...evidence }));
    for (const walk of walks) {
      // Which of several tables' chains comes first is not known: nothing is sure that another one may have forestalled.
      const unsure = walks.some((other) => other !== walk && other.doubt);
      suspects.push(...walk.suspects.map((each) => (unsure ? { ...each, sure: false } : each)));
    }
    doubt = walks.some((walk) => walk.doubt);
    if (walks.some(({ ended }) => ended)) return { suspects, ended: true, doubt };
  }
  return { suspects, ended: false, doubt };
}

/**
 * Chains as the kernel tries them: by priority, and of one priority the youngest first (`nf_hook_entries_grow` puts a
 * hook before those that are not of a lower one). Handles say which is the youngest of a table, and nothing of two
 * tables: those stand side by side.
 */
function inOrder(chains: readonly FilterChain[]): FilterChain[][][] {
  const byPriority = Map.groupBy(chains, ({ hook }) => hook?.priority ?? 0);
  return [...byPriority]
    .sort(([a], [b]) => a - b)
    .map(([, equals]) =>
      [...Map.groupBy(equals, ({ family, table }) => `${family} ${table}`).values()].map((ofTable) =>
        ofTable.toSorted((a, b) => Number(b.handle - a.handle)),
      ),
    );
}

/** Goes through one table's chains of one priority. */
function walkThrough(chains: readonly FilterChain[], walk: Walk): Walk & { ended: boolean } {
  const { ruleset, packet } = walk;
  const tracked = !ruleset.chains.some(({ rules }) => rules.some(hasNotrack));
  for (const chain of chains) {
    const sees = tracked && chain.family !== 'bridge' && (chain.hook?.priority ?? 0) > CONNTRACK;
    walk.packet = sees ? packet : { ...packet, state: undefined };
    const end = go(chain, walk, DEEPEST);
    if (end === 'accept') continue;
    if (end !== 'drop' && chain.policy === 'accept') continue;
    if (end !== 'drop' && !walk.refused) walk.suspects.push({ chain, rule: undefined, by: 'drop', sure: !walk.doubt });
    return { ...walk, ended: true };
  }
  return { ...walk, ended: false };
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
      if (verdict.kind === 'drop' && walk.refused) return certain ? 'drop' : undefined;
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
