import type { Namespace } from '../../lab/index.ts';
import { outputOf } from '../../lab/programs/exec.ts';
import type { ChainPlace } from '../../netlink/netfilter/nf-tables.ts';

/** A rule as `nft list chain` prints it; undefined where there is no `nft`, or the rule is gone. */
export function ruleText(namespace: Namespace, chain: ChainPlace, handle: bigint): string | undefined {
  return ruleTexts(namespace, chain).get(handle);
}

/** The rules of a chain as `nft list chain` prints them, by their handles; none where there is no `nft`. */
export function ruleTexts(namespace: Namespace, { family, table, chain }: ChainPlace): Map<bigint, string> {
  const text = outputOf(namespace, 'nft', ['-a', 'list', 'chain', family, table, chain]);
  // A rule stands two tabs deep; a long set goes on in lines that are deeper.
  const rules = text.split(/\n\t\t(?!\t)/).map((rule) => rule.replaceAll(/\s*\n\s*/g, ' '));
  return new Map(
    rules.flatMap((rule) => {
      const [, words, handle] = /^(.*) # handle (\d+)\b/.exec(rule) ?? [];
      return words && handle ? [[BigInt(handle), words]] : [];
    }),
  );
}

/** Its lock is the machine's, which an ordinary user may not take, and is of no use to who only reads. */
const NO_LOCK = { XTABLES_LOCKFILE: '/dev/null' };

/** A rule as `iptables-legacy -S` prints it; undefined where that is not installed. */
export function legacyRuleText(
  namespace: Namespace,
  { program, table, chain, rule }: { program: string; table: string; chain: string; rule: number },
): string | undefined {
  return outputOf(namespace, program, ['-t', table, '-S', chain, String(rule)], NO_LOCK).trim() || undefined;
}
