import type { Asked } from '../../lib/probes/asking.ts';
import { keepAsking } from '../../lib/probes/keep-asking.ts';
import type { Patience, Quiet } from '../../lib/probes/patience.ts';
import { clock, pass } from './fake-clock.ts';

/** A question with no network behind it, and what its spec lets happen. */
export interface Fake {
  /** How often it was sent. */
  sent: number;
  /** How often the taps have seen a frame. */
  seen: number;
  /** Whether nothing more is wanted. */
  answered: boolean;
  asked: Asked;
  quiet: Quiet;
  /** Asks, with `quiet` to ask of the queues. Resolves with the reason for not knowing, if any. */
  ask(patience?: Partial<Patience>): Promise<string | undefined>;
}

interface Overrides {
  asked?: Partial<Asked>;
  quiet?: Partial<Quiet>;
}

/**
 * Nobody answers, every wait takes as long as it should, and nothing is known of the queues, which are empty. A spec
 * overrides what it is about.
 */
export function fakeQuestion(overrides: Overrides = {}): Fake {
  clock.milliseconds = 0;
  const fake: Fake = {
    sent: 0,
    seen: 0,
    answered: false,
    asked: {
      send: () => void fake.sent++,
      read: () => fake.answered,
      wait: (milliseconds) => pass(milliseconds),
      ...overrides.asked,
    },
    quiet: {
      reached: async () => false,
      drained: async () => undefined,
      seen: () => fake.seen,
      slowestHop: () => 0,
      learnt: () => false,
      rerouted: async () => false,
      probes: () => 2,
      doubt: () => undefined,
      remembers: () => false,
      mayBeHeld: () => false,
      awaitsSession: () => false,
      memberChange: () => 0,
      lost: () => undefined,
      ...overrides.quiet,
    },
    ask: (patience) =>
      keepAsking(fake.asked, { milliseconds: 100, untilQuiet: true, quiet: () => fake.quiet, ...patience }),
  };
  return fake;
}

/** A function that does one thing after another, and then the last of them for ever. */
export function inTurn<T>(first: () => T, ...others: (() => T)[]): () => T {
  const all = [first, ...others];
  let at = 0;
  return () => (all[Math.min(at++, all.length - 1)] ?? first)();
}

/** How often a question is sent. */
export async function timesSent(overrides?: Overrides, patience?: Partial<Patience>): Promise<number> {
  const fake = fakeQuestion(overrides);
  await fake.ask(patience);
  return fake.sent;
}

/** How many milliseconds a question takes. */
export async function timeTaken(overrides?: Overrides, patience?: Partial<Patience>): Promise<number> {
  await fakeQuestion(overrides).ask(patience);
  return clock.milliseconds;
}
