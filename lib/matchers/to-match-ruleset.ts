import { wrongOption } from '../base/validate.ts';
import { UsageError } from '../lab/index.ts';
import { readOf } from '../lab/programs/exec.ts';
import type { Assertion } from './assertion.ts';
import { checkPlace, evidenceOf } from './have-state.ts';
import { legacyRuleset } from './legacy-rules.ts';
import type { Answer } from './message.ts';

export async function toMatchRuleset(this: Assertion, received: unknown, hint?: string): Promise<Answer> {
  const { call, isNot, snapshot } = this;
  const { namespace, device } = checkPlace(call, received);
  if (device) throw new UsageError(`${call}: expect() takes a namespace: received ${device}`);
  if (hint !== undefined && typeof hint !== 'string')
    throw wrongOption(call, 'hint', 'a text that names the snapshot', hint);
  if (isNot) throw new UsageError(`${call}: toMatchRuleset has no .not: a snapshot records the ruleset that is there`);
  if (!snapshot) throw new Error('this matcher runs only in vitest');
  // Without handles, and without what packets change: counters, quotas, the times that are left to elements of sets.
  const nftables = readOf(call, namespace, 'nft', ['--stateless', 'list', 'ruleset']);
  const all = [nftables, legacyRuleset(call, namespace)].filter((text) => text !== '');
  const { pass, message } = snapshot(all.join('\n'), hint);
  return {
    pass,
    message: { title: call, lines: [], notes: pass ? [] : [message()] },
    evidence: evidenceOf(namespace.lab),
  };
}
