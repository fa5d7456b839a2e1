import { assertionTitle, nameOf, wordsOf } from './message.ts';
import { type MatcherState, mustBeAwaited } from './must-be-awaited.ts';
import { type ToBehaveAsOptions, toBehaveAs } from './to-behave-as.ts';
import { type ToHearOptions, toHear } from './to-hear.ts';
import { type ToMatchReachabilityOptions, toMatchReachability } from './to-match-reachability.ts';
import { type ToReachOptions, toReach } from './to-reach.ts';

export type { ToBehaveAsOptions, ToHearOptions, ToMatchReachabilityOptions, ToReachOptions };

/** Every matcher, for `expect.extend`. */
export const matchers = {
  toBehaveAs: awaited('toBehaveAs', toBehaveAs),
  toHear: awaited('toHear', toHear),
  toMatchReachability: awaited('toMatchReachability', toMatchReachability),
  toReach: awaited('toReach', toReach),
};

type Matcher<Args extends unknown[], T> = (this: { isNot: boolean }, received: unknown, ...args: Args) => Promise<T>;

function awaited<Args extends unknown[], T>(name: string, matcher: Matcher<Args, T>) {
  return function assertion(this: MatcherState, received: unknown, ...args: Args): PromiseLike<T> {
    // Chai's flag is undefined without .not, and a matcher compares.
    const state = { isNot: this.isNot === true };
    const [expected, options] = args;
    // A table of several lines has no place in a title.
    const first = typeof expected === 'string' && expected.includes('\n') ? 'table' : nameOf(expected);
    const words = `${first}${options === undefined ? '' : wordsOf(options)}`;
    const title = assertionTitle(name, nameOf(received), words, state);
    return mustBeAwaited(this, title, matcher.call(state, received, ...args), assertion);
  };
}
