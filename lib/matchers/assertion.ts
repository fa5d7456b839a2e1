import { now } from '../kernel/clock.ts';
import type { Lab } from '../lab/index.ts';
import type { Wait } from '../lab/programs/waits.ts';
import type { Judge } from './judge.ts';
import { assertionTitle } from './message.ts';

/** What a matcher is given as `this`. */
export interface Assertion {
  /** `expect(ns1).not.toReach(ns2)`: errors and messages begin with it. */
  call: string;
  isNot: boolean;
  /** `expect.poll` makes it again and again. @default false */
  isPolled?: boolean;
  /** How far it has come: this is told if the test ends before the answer. */
  progress: Progress;
  /** Compares as vitest does; undefined outside of vitest. */
  judge?: Judge;
  /** Compares a text with the spec's snapshot, as vitest's `toMatchSnapshot` does; undefined outside of vitest. */
  snapshot?: (text: string, hint?: string) => { pass: boolean; message: () => string };
}

/** An assertion as a spec makes it, without what only vitest can do. */
export function assertionOf(
  matcher: string,
  received: unknown,
  args: readonly unknown[],
  options: { isNot: boolean; isPolled?: boolean; takesTable?: boolean },
): Assertion {
  const { isNot, isPolled = false } = options;
  return { call: assertionTitle(matcher, received, args, options), isNot, isPolled, progress: new Progress() };
}

/** How far an assertion has come. */
export class Progress {
  /** What it waits for. */
  goal = 'the answers to its questions';
  /** How often it has sent a probe. */
  asked = 0;
  /** Whether it stopped waiting for what it wants, since there was no hope of it. */
  gaveUp = false;
}

/** An assertion that has no answer yet, for a test whose time is over. */
export function assertionWait(lab: Lab, words: string, frames: string, progress: Progress): Wait {
  const since = now();
  const state = () => {
    const asked =
      progress.asked > 0 ? `, and has asked ${times(progress.asked)} in ${Math.round(now() - since)} ms` : '';
    return [`It waits for ${progress.goal}${asked}.`];
  };
  return { lab, words, frames, isAwaited: true, since, state };
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
