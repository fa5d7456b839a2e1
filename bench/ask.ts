import { type Assertion, assertionOf } from '../lib/matchers/assertion.ts';
import type { Answer } from '../lib/matchers/message.ts';

type Matcher<Args extends unknown[]> = (this: Assertion, received: unknown, ...args: Args) => Promise<Answer>;

/** Asks as a spec does, outside of one: `ask(toReach, a, [b])`, `ask(toReach, a, [b], true)` with `.not`. */
export function ask<Args extends unknown[]>(matcher: Matcher<Args>, received: unknown, args: Args, isNot = false) {
  const assertion = assertionOf(matcher.name, received, args, {
    isNot,
    takesTable: matcher.name === 'toMatchReachability',
  });
  return matcher.call(assertion, received, ...args);
}
