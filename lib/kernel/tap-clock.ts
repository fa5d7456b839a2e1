import { monotonicNanoseconds, realtimeNanoseconds } from './clock.ts';

/** Less than this, in nanoseconds, may be the time between two looks at the clocks. */
const SMALLEST_STEP = 1_000_000n;

/** Global, since vitest may load this module anew for a file (`isolate: false`), beside taps of an earlier one. */
const SLOT = Symbol.for('hairpin.tap-clock');
const slots = globalThis as { [SLOT]?: { steps: bigint; difference: bigint } };
slots[SLOT] ??= { steps: 0n, difference: realtimeNanoseconds() - monotonicNanoseconds() };
/** How far the wall clock has been set ahead since the start, and its difference from the monotonic clock when last looked at. */
const slot = slots[SLOT];

/**
 * Now, in nanoseconds, by the clock of the taps. The kernel stamps frames by the wall clock (`CLOCK_REALTIME`), which may
 * be set while a test runs; this one goes as that one does, without its steps.
 */
export function tapTime(): bigint {
  return lookAtWallClock() - slot.steps;
}

/** A time of the taps as the wall clock shows it now. */
export function wallTime(nanoseconds: bigint): bigint {
  return nanoseconds + slot.steps;
}

/** Turns the kernel's stamps of one tap's frames into times of the taps. */
export class StampReader {
  #steps: bigint;
  #last: bigint;

  constructor() {
    this.#last = tapTime();
    this.#steps = slot.steps;
  }

  /** @param stamps of all frames that came since the last call, in their order */
  read(stamps: readonly bigint[]): bigint[] {
    const now = tapTime();
    const [before, after] = [this.#steps, slot.steps];
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

/** Notes how far the clock has been set since the last look. */
function lookAtWallClock(): bigint {
  for (;;) {
    const before = monotonicNanoseconds();
    const real = realtimeNanoseconds();
    const took = monotonicNanoseconds() - before;
    const step = real - before - slot.difference;
    const size = step < 0n ? -step : step;
    // A thread that was kept between the two clocks has learnt nothing.
    if (size > SMALLEST_STEP && size <= took + SMALLEST_STEP) continue;
    if (size > SMALLEST_STEP) slot.steps += step;
    // Less is a clock that is slewed (adjtime), whose stamps go along.
    slot.difference = real - before;
    return real;
  }
}
