import { outputOf } from '../../lab/exec.ts';
import type { Namespace } from '../../lab/index.ts';
import type { ChainPlace } from '../../netlink/nf-tables.ts';

/** A rule as `nft list chain` prints it; undefined where there is no `nft`, or the rule is gone. */
export function ruleText(
  namespace: Namespace,
  { family, table, chain }: ChainPlace,
  handle: bigint,
): string | undefined {
  const text = outputOf(namespace, 'nft', ['-a', 'list', 'chain', family, table, chain]);
  // A rule stands two tabs deep; a long set goes on in lines that are deeper.
  const rules = text.split(/\n\t\t(?!\t)/).map((rule) => rule.replaceAll(/\s*\n\s*/g, ' '));
  return new RegExp(`^.*(?= # handle ${handle}\\b)`).exec(rules.find((rule) => isOf(rule, handle)) ?? '')?.[0];
}

/** A rule as `iptables-legacy -S` prints it; undefined where that is not installed. */
export function legacyRuleText(
  namespace: Namespace,
  { program, table, chain, rule }: { program: string; table: string; chain: string; rule: number },
): string | undefined {
  return outputOf(namespace, program, ['-t', table, '-S', chain, String(rule)]).trim() || undefined;
}

function isOf(rule: string, handle: bigint): boolean {
  return new RegExp(` # handle ${handle}\\b`).test(rule);
}
