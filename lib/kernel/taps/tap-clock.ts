import { monotonicNanoseconds, realtimeNanoseconds } from '../clock.ts';
import { onceInThread } from '../threads/once-in-thread.ts';

/** Steps of the wall clock that are smaller, in nanoseconds, count as its going faster or slower. */
const SMALLEST_STEP = 1_000_000n;
/** A look at both clocks that took longer, in nanoseconds, does not say how far one is from the other. */
const LONGEST_LOOK = 500_000n;
/** Where each look takes long, as on a machine that is emulated, the last one counts. */
const MOST_LOOKS = 100;

/**
 * The clock of the taps. The kernel stamps frames by the wall clock (`CLOCK_REALTIME`), which may be set while a test
 * runs; this one goes as that one does, without its steps. In nanoseconds.
 */
export class TapClock {
  readonly #clocks: { monotonic: () => bigint; wall: () => bigint };
  /** The wall clock's difference from the monotonic clock, when last looked at. */
  #difference: bigint;
  /** How far the wall clock has been set ahead since the start. */
  steps = 0n;

  constructor(clocks = { monotonic: monotonicNanoseconds, wall: realtimeNanoseconds }) {
    this.#clocks = clocks;
    this.#difference = clocks.wall() - clocks.monotonic();
  }

  now(): bigint {
    for (let looks = 1; ; looks++) {
      const before = this.#clocks.monotonic();
      const wall = this.#clocks.wall();
      const took = this.#clocks.monotonic() - before;
      // It may be too large by what passed between the two clocks.
      const step = wall - before - this.#difference;
      const isStep = step < -SMALLEST_STEP || step > took + SMALLEST_STEP;
      const isExact = took <= LONGEST_LOOK || looks === MOST_LOOKS;
      if (isStep && !isExact) continue;
      if (isStep) this.steps += step;
      // Less is a clock that is slewed (adjtime), whose stamps go along. A thread that was kept between the two clocks has learnt nothing.
      if (isExact) this.#difference = wall - before;
      return wall - this.steps;
    }
  }
}

/** Turns the kernel's stamps of one tap's frames into times of the taps. */
export class StampReader {
  readonly #clock: TapClock;
  #steps: bigint;
  #last: bigint;

  constructor(clock = shared) {
    this.#clock = clock;
    this.#last = clock.now();
    this.#steps = clock.steps;
  }

  /** @param stamps of all frames that came since the last call, in their order */
  read(stamps: readonly bigint[]): bigint[] {
    const now = this.#clock.now();
    const [before, after] = [this.#steps, this.#clock.steps];
    this.#steps = after;
    return stamps.map((stamp) => {
      this.#last = before === after ? stamp - after : this.#between(stamp, before, after, now);
      return this.#last;
    });
  }

  /** The clock was set meanwhile, before this frame or after it: its time is between the last frame's and now. */
  #between(stamp: bigint, before: bigint, after: bigint, now: bigint): bigint {
    const possible = [stamp - before, stamp - after];
    return possible.find((time) => time >= this.#last && time <= now) ?? this.#last;
  }
}

/** Taps that an earlier copy of this module opened share it. */
const shared = onceInThread('tap-clock', () => new TapClock());

/** Now, by the clock of the taps. */
export function tapTime(): bigint {
  return shared.now();
}

/** A time of the taps as the wall clock shows it now. */
export function wallTime(nanoseconds: bigint): bigint {
  return nanoseconds + shared.steps;
}
