import type { Namespace } from '../../lab/index.ts';
import { getExpressions, getHook } from '../../netlink/nf-tables.ts';
import type { Verdict } from '../../netlink/nft-trace.ts';
import { askNftables } from '../../netlink/packet-filters.ts';
import type { Obstacle } from '../obstacles/obstacle.ts';
import type { LegacyStep, NftStep, Step } from './follow-packets.ts';
import { nearestAccepts } from './nearest-accepts.ts';
import { legacyRuleText, ruleText } from './rule-text.ts';

/**
 * Says which rule took a packet, in words.
 *
 * @param what whose packet it is, where it is not the frame of the path: `its answer`
 */
export function describeTaker(namespace: Namespace, step: Step, what = ''): Obstacle {
  const { verb, place, rule, hint } = step.by === 'nft' ? nftWords(namespace, step) : legacyWords(namespace, step);
  const done = what === '' ? verb : `${what} is ${verb}`;
  return { text: `${done} by the packet filter of ${namespace}, ${place}${rule}`, hint };
}

/** `stolen`: sent elsewhere, or answered, by a rule (`fwd`, `synproxy`). */
const VERBS: Record<Verdict, string> = {
  drop: 'dropped',
  stolen: 'taken',
  queue: 'handed to a program',
  accept: 'accepted',
  'go on': 'let through',
};

interface Words {
  verb: string;
  place: string;
  rule: string;
  hint: string;
}

function nftWords(namespace: Namespace, step: NftStep): Words {
  const { family, table, chain, handle, verdict, base } = step;
  const isBase = chain === base.chain;
  const { hook, expressions = [] } =
    askNftables(namespace.handle, (socket) => ({
      hook: getHook(socket, base),
      expressions: handle === undefined ? [] : getExpressions(socket, { family, table, chain, handle }),
    })) ?? {};
  const device = hook === 'ingress' ? step.seen.iif : hook === 'egress' ? step.seen.oif : undefined;
  const place = [
    `table ${family} ${table}, chain ${chain} (${isBase ? '' : 'of '}hook ${hook})`,
    device === undefined ? '' : ` of ${namespace}/${nameOf(namespace, device)}`,
  ].join('');
  const verb = isReject(expressions) ? 'refused' : VERBS[verdict];
  if (handle === undefined) {
    const near = nearestAccepts(namespace, step);
    return {
      verb,
      place,
      rule: `: policy drop${near.map((words) => `\n${words}`).join('')}`,
      hint: `a rule that accepts it, or on ${namespace}: nft chain ${family} ${table} ${chain} '{ policy accept; }'`,
    };
  }
  const text = ruleText(namespace, { family, table, chain }, handle);
  return {
    verb,
    place,
    rule: text === undefined ? `: the rule with handle ${handle}` : `:\n${text} # handle ${handle}`,
    hint: `on ${namespace}: nft delete rule ${family} ${table} ${chain} handle ${handle}`,
  };
}

function legacyWords(namespace: Namespace, { program, table, chain, rule }: LegacyStep): Words {
  const place = `${program}, table ${table}, chain ${chain}`;
  if (rule === undefined) {
    const hint = `a rule that accepts it, or on ${namespace}: ${program} -t ${table} -P ${chain} ACCEPT`;
    return { verb: 'dropped', place, rule: ': policy DROP', hint };
  }
  const text = legacyRuleText(namespace, { program, table, chain, rule });
  return {
    verb: text?.includes('-j REJECT') ? 'refused' : 'dropped',
    place,
    rule: `: rule ${rule}${text === undefined ? '' : `\n${text}`}`,
    hint: `on ${namespace}: ${program} -t ${table} -D ${chain} ${rule}`,
  };
}

/** nftables' own, iptables-nft's, and that of TCP in `nft_reject_netdev`. */
function isReject(expressions: readonly string[]): boolean {
  return expressions.some((name) => /^reject$/i.test(name));
}

function nameOf(namespace: Namespace, index: number): string {
  return namespace.interfaces.find((device) => device.index === index)?.name ?? `device ${index}`;
}
