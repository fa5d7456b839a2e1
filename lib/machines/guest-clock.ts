import { after, now } from '../kernel/clock.ts';

interface Timer {
  /** In milliseconds of this clock. */
  due: number;
  callback: () => void;
  cancel?: () => void;
}

/** Time as a guest has it that a debugger may hold: while it is held, none passes, and no time-out runs. */
export class GuestClock {
  readonly #clock: { now: () => number; after: typeof after };
  readonly #timers = new Set<Timer>();
  /** Until it was held last. */
  #passed = 0;
  /** Since when it has been running; undefined while it is held. */
  #since: number | undefined;

  /** @param held whether it begins held */
  constructor(held = false, clock = { now, after }) {
    this.#clock = clock;
    this.#since = held ? undefined : clock.now();
  }

  /** Milliseconds that have passed. */
  elapsed(): number {
    return this.#passed + (this.#since === undefined ? 0 : this.#clock.now() - this.#since);
  }

  hold(): void {
    this.#passed = this.elapsed();
    this.#since = undefined;
    for (const timer of this.#timers) timer.cancel?.();
  }

  goOn(): void {
    if (this.#since !== undefined) return;
    this.#since = this.#clock.now();
    for (const timer of this.#timers) this.#start(timer);
  }

  /** Calls back once, when so many milliseconds have passed. */
  after(milliseconds: number, callback: () => void): void {
    const timer = { due: this.elapsed() + milliseconds, callback };
    this.#timers.add(timer);
    if (this.#since !== undefined) this.#start(timer);
  }

  /** Calls nothing back any more. */
  end(): void {
    for (const timer of this.#timers) timer.cancel?.();
    this.#timers.clear();
  }

  #start(timer: Timer): void {
    timer.cancel = this.#clock.after(timer.due - this.elapsed(), () => {
      this.#timers.delete(timer);
      timer.callback();
    });
  }
}
