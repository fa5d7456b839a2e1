import { labelAt } from '../../lab/device-at.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Namespace } from '../../lab/index.ts';
import type { Cause, CauseOf } from '../../model/cause.ts';
import { getExpressions, getHook } from '../../netlink/netfilter/nf-tables.ts';
import { askNftables } from '../../netlink/netfilter/packet-filters.ts';
import type { LegacyStep, NftStep, Step } from '../../trace/rules/follow-packets.ts';
import { nearestAccepts } from '../../trace/rules/nearest-accepts.ts';
import { legacyRuleText, ruleText } from '../../trace/rules/rule-text.ts';

/** Whose packet was taken, where it is not the frame of a path. */
export type Whose = NonNullable<CauseOf<'nft.policy'>['facts']['of']>;

/** Which rule took a packet, as the kernel tells it. */
export function takerCause(namespace: Namespace, step: Step, of?: Whose): Cause {
  const whose = of ? { of } : {};
  return step.by === 'nft' ? nftCause(namespace, step, whose) : legacyCause(namespace, step, whose);
}

function nftCause(namespace: Namespace, step: NftStep, whose: { of?: Whose }): Cause {
  const { family, table, chain, handle, base } = step;
  const partition = engineOf(namespace.lab).partitions.get(table);
  if (partition) {
    const groups = partition.groups.map((group) => group.map(({ name }) => name));
    return { code: 'fault.partition', facts: { namespace: namespace.name, groups, ...whose } };
  }
  const { hook = '', expressions = [] } =
    askNftables(engineOf(namespace).netns, (socket) => ({
      hook: getHook(socket, base),
      expressions: handle === undefined ? [] : getExpressions(socket, { family, table, chain, handle }),
    })) ?? {};
  const index = hook === 'ingress' ? step.seen.iif : hook === 'egress' ? step.seen.oif : undefined;
  const device = index === undefined ? {} : { device: labelAt(namespace, index) };
  const isBase = chain === base.chain;
  const place = { namespace: namespace.name, family, table, chain, hook, isBase, ...device, ...whose };
  if (handle === undefined)
    return { code: 'nft.policy', facts: { ...place, nearest: nearestAccepts(namespace, step) } };
  const rule = ruleText(namespace, { family, table, chain }, handle);
  const facts = { ...place, handle: Number(handle), ...(rule === undefined ? {} : { rule }) };
  return { code: isReject(expressions) ? 'nft.reject' : codeOf(step), facts };
}

/** `stolen`: sent elsewhere, or answered, by a rule (`fwd`, `synproxy`). */
function codeOf({ verdict }: NftStep): 'nft.drop' | 'nft.stolen' | 'nft.queue' {
  return verdict === 'stolen' || verdict === 'queue' ? `nft.${verdict}` : 'nft.drop';
}

function legacyCause(namespace: Namespace, step: LegacyStep, whose: { of?: Whose }): Cause {
  const { program, table, chain, rule: number } = step;
  const place = { namespace: namespace.name, program, table, chain, ...whose };
  if (number === undefined) return { code: 'iptables.policy', facts: place };
  const rule = legacyRuleText(namespace, { program, table, chain, rule: number });
  const facts = { ...place, number, ...(rule === undefined ? {} : { rule }) };
  return { code: rule?.includes('-j REJECT') ? 'iptables.reject' : 'iptables.drop', facts };
}

/** nftables' own, iptables-nft's, and that of TCP in `nft_reject_netdev`. */
function isReject(expressions: readonly string[]): boolean {
  return expressions.some((name) => /^reject$/i.test(name));
}
