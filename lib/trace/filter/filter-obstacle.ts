import type { Namespace } from '../../lab/index.ts';
import type { Obstacle } from '../obstacles/obstacle.ts';
import type { FilterWitness } from './filter-witness.ts';
import { chainsAt, type Hook, hookName } from './hooks.ts';
import { type Culprit, type Evidence, judge } from './judge.ts';
import { type FilteredPacket, packetAt } from './packet-at.ts';
import { ruleText } from './rule-text.ts';
import { translatedAt } from './translate.ts';

/** What packet filters make of a packet. */
export interface Filtering {
  /** Who ended its way; undefined where nobody surely or perhaps did. */
  culprit: Obstacle | undefined;
  /** `reject` answers the sender. */
  by: Culprit['by'] | undefined;
  /** Whether it surely was them. */
  sure: boolean;
  /** Whether something on the way cannot be read. */
  doubt: boolean;
}

const NOTHING: Filtering = { culprit: undefined, by: undefined, sure: false, doubt: false };

/**
 * Which rule of a namespace most likely ended a packet's way through its hooks. `dropped by` is said only of a rule all
 * of whose terms hold for the packet, which nothing before it can have judged otherwise, and whose counter, if it has
 * one, agrees.
 */
export function filterObstacle(
  namespace: Namespace,
  hooks: readonly Hook[],
  packet: FilteredPacket,
  witness: FilterWitness,
  what = '',
): Filtering {
  const ruleset = witness.rulesetOf(namespace);
  if (!ruleset) return NOTHING;
  const evidence: Evidence = {
    isInnocent: (chain, rule) => witness.isInnocent(namespace, chain, rule),
    refused: witness.refused,
  };
  let doubt = false;
  for (const hook of hooks) {
    const asIs = packetAt(hook, packet);
    const hooked = { ...asIs, unknown: [...asIs.unknown, ...translatedAt(ruleset, hook, asIs)] };
    const { suspects, ...judged } = judge(ruleset, chainsAt(ruleset, hook, hooked), hooked, evidence);
    const [first] = suspects;
    // What may have happened at an earlier hook makes nothing sure at a later one.
    const sure = first?.sure === true && suspects.length === 1 && !doubt;
    if (first) {
      const culprit = describe(namespace, { ...first, sure }, hook, witness, what);
      return { culprit, by: first.by, sure, doubt };
    }
    doubt ||= judged.doubt;
    if (judged.ended) break;
  }
  return { ...NOTHING, doubt };
}

function describe(
  namespace: Namespace,
  { chain, rule, by, sure }: Culprit,
  hook: Hook,
  witness: FilterWitness,
  what: string,
): Obstacle {
  const { family, table, name } = chain;
  const verb = by === 'drop' ? 'dropped' : 'refused';
  const done = what === '' ? (sure ? verb : `may be ${verb}`) : `${what} ${sure ? 'is' : 'may be'} ${verb}`;
  const at = hookName(chain) ? `hook ${hook.name}` : `of hook ${hook.name}`;
  const place = `chain ${name} (${at})${hook.layer === 'device' ? ` of ${hook.iif ?? hook.oif}` : ''}`;
  if (!rule) {
    return {
      text: `${done} by the packet filter of ${namespace}, table ${family} ${table}, ${place}: policy drop`,
      hint: `a rule that accepts it, or on ${namespace}: nft chain ${family} ${table} ${name} '{ policy accept; }'`,
    };
  }
  const text = ruleText(rule, {
    family,
    sets: (witness.rulesetOf(namespace)?.sets ?? []).filter((set) => set.family === family && set.table === table),
    deviceName: (index) => (index === 1 ? 'lo' : namespace.interfaces.find((device) => device.index === index)?.name),
  });
  const isXt = rule.expressions.some(({ type }) => type === 'match' || type === 'target');
  return {
    text: `${done} by the packet filter of ${namespace}, table ${family} ${table}, ${place}:\n${text} # handle ${rule.handle}${isXt ? ', made by iptables' : ''}`,
    hint: `on ${namespace}: nft delete rule ${family} ${table} ${name} handle ${rule.handle}`,
  };
}
