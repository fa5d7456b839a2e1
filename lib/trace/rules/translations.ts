import { engineOf } from '../../lab/engines/engine.ts';
import type { Namespace } from '../../lab/index.ts';
import type { NftExpression } from '../../netlink/netfilter/nf-expression.ts';
import { getHook, listExpressions } from '../../netlink/netfilter/nf-tables.ts';
import { askNftables, legacyTablesOf } from '../../netlink/netfilter/packet-filters.ts';
import { isLoopbackIp } from '../../wire/ip-address.ts';
import { addressesOf, destinationOf } from '../translation.ts';
import type { Step, TracedPacket } from './follow-packets.ts';
import { legacyRuleText, ruleText } from './rule-text.ts';

/** What the packet filters of a namespace made of a packet's addresses. */
interface Translation {
  namespace: Namespace;
  /** The packet as it came, and as it went on. */
  before: Buffer;
  after: Buffer;
  /** The rule, if one was seen: a connection is only translated by the rules when it begins. */
  rule: Step | undefined;
}

/** Whether the packet filters of a namespace have rules that may change the addresses of a packet. */
export function mayTranslate(namespace: Namespace): boolean {
  // Nobody but a program can have made any.
  if (engineOf(namespace.lab).isPristine) return false;
  const { netns } = engineOf(namespace);
  const expressions = askNftables(netns, listExpressions) ?? [];
  return expressions.some(isTranslation) || legacyTablesOf(netns).some(({ table }) => table === 'nat');
}

/** Without a register to load into, `payload` writes to the packet (`nft_payload_set_init`). */
function isTranslation({ name, data }: NftExpression): boolean {
  const { register, target } = data as { register?: number; target?: string };
  return name === 'payload' ? register === undefined : TRANSLATIONS.has(target ?? name);
}

/** Expressions of nftables, and targets of iptables. */
const TRANSLATIONS = new Set('nat masq redir DNAT SNAT MASQUERADE NETMAP REDIRECT'.split(' '));

/** Whose addresses were translated, in the order in which it was told. */
export function translationsOf(packets: readonly TracedPacket[]): Translation[] {
  return packets.flatMap(({ namespace, seen, steps }) =>
    seen.slice(1).flatMap((after, index) => {
      const before = seen[index];
      if (!before || addressesOf(before.frame) === addressesOf(after.frame)) return [];
      const rule = steps.findLast((step) => step.seen === before && translates(step));
      return [{ namespace, before: before.frame, after: after.frame, rule }];
    }),
  );
}

/**
 * The address that a packet for an address was for in the end; undefined where that stayed the same. Every host has those of
 * 127.0.0.0/8: a packet that is translated to one is at its goal.
 */
export function becameOf(translations: readonly Translation[], address: string): string | undefined {
  const became = new Map(translations.map(({ before, after }) => [destinationOf(before), destinationOf(after)]));
  let current = address;
  // Two that translate each other's would go on for ever.
  for (let step = 0; step < became.size; step++) {
    const next = became.get(current) ?? current;
    if (!isLoopbackIp(next)) current = next;
  }
  return current === address ? undefined : current;
}

/** Whose addresses were translated, in words. Each probe is translated in the same way: of those of a rule the last stands for all. */
export function describeTranslations(translations: readonly Translation[]): string | undefined {
  // Rules see the first packet of a connection only; what is done with later ones is the same.
  const isFollowUp = ({ namespace, rule }: Translation) =>
    rule === undefined && translations.some((other) => other.namespace === namespace && other.rule !== undefined);
  const told = translations.filter((each) => !isFollowUp(each));
  const byRule = Map.groupBy(told, ({ namespace, rule }) => `${namespace} ${rule && nameOf(rule)}`);
  const words = [...byRule.values()].flatMap((same) => same.slice(-1).map(describeTranslation));
  return words.length > 0 ? words.join('\n') : undefined;
}

function nameOf(step: Step): string {
  return step.by === 'nft'
    ? `${step.family} ${step.table} ${step.handle}`
    : `${step.program} ${step.chain} ${step.rule}`;
}

/** `in r: 10.0.0.1:5000 > 10.0.0.2:80 became 10.0.0.1:5000 > 10.0.1.2:8080`, with the rule. */
function describeTranslation({ namespace, before, after, rule }: Translation): string {
  const words = `in ${namespace}: ${addressesOf(before)} became ${addressesOf(after)}`;
  return rule ? `${words}\n${ruleWords(namespace, rule)}` : words;
}

/** A rule of a chain for translation ends in `accept`, as the kernel sees it (`nft_nat_eval`). */
function translates(step: Step): boolean {
  return step.by === 'legacy' ? step.table === 'nat' && step.rule !== undefined : step.handle !== undefined;
}

function ruleWords(namespace: Namespace, step: Step): string {
  if (step.by === 'legacy') {
    const { program, table, chain, rule = 0 } = step;
    const text = legacyRuleText(namespace, { program, table, chain, rule }) ?? '';
    return `by ${program}, table ${table}, chain ${chain}: rule ${rule} ${text}`.trimEnd();
  }
  const { family, table, chain, handle = 0n, base } = step;
  const text = ruleText(namespace, { family, table, chain }, handle);
  const hook = askNftables(engineOf(namespace).netns, (socket) => getHook(socket, base));
  const rule = text === undefined ? `the rule with handle ${handle}` : `${text} # handle ${handle}`;
  return `by table ${family} ${table}, chain ${chain} (${chain === base.chain ? '' : 'of '}hook ${hook}): ${rule}`;
}
