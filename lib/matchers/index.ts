import { assertionTitle, nameOf, wordsOf } from './message.ts';
import { type MatcherState, mustBeAwaited } from './must-be-awaited.ts';
import { type ToBehaveAsOptions, toBehaveAs } from './to-behave-as.ts';
import { type ToHearOptions, toHear } from './to-hear.ts';
import { type ToReachOptions, toReach } from './to-reach.ts';

export type { ToBehaveAsOptions, ToHearOptions, ToReachOptions };

/** Every matcher, for `expect.extend`. */
export const matchers = {
  toBehaveAs: awaited('toBehaveAs', toBehaveAs),
  toHear: awaited('toHear', toHear),
  toReach: awaited('toReach', toReach),
};

type Matcher<Args extends unknown[], T> = (this: { isNot: boolean }, received: unknown, ...args: Args) => Promise<T>;

function awaited<Args extends unknown[], T>(name: string, matcher: Matcher<Args, T>) {
  return function assertion(this: MatcherState, received: unknown, ...args: Args): PromiseLike<T> {
    // Chai's flag is undefined without .not, and a matcher compares.
    const state = { isNot: this.isNot === true };
    const [expected, options] = args;
    const words = `${nameOf(expected)}${options === undefined ? '' : wordsOf(options)}`;
    const title = assertionTitle(name, nameOf(received), words, state);
    return mustBeAwaited(this, title, matcher.call(state, received, ...args), assertion);
  };
}
