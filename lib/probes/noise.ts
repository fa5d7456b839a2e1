import type { Quiet } from './patience.ts';

/**
 * More frames than a question causes while everything is to become quiet. They come from a loop, or from a program that
 * sends without end. To read them takes longer than it takes to send them.
 */
export const STORM = 10_000;

/** Whether anything still moves in a lab, as the taps see it while everything is to become quiet. */
export class Noise {
  readonly #quiet: Quiet;
  readonly #before: number | undefined;
  #seen: number | undefined;

  constructor(quiet: Quiet) {
    this.#quiet = quiet;
    this.#before = quiet.seen();
    this.#seen = this.#before;
  }

  /** Whether there are taps that could see anything. */
  get isHeard(): boolean {
    return this.#before !== undefined;
  }

  /** Whether the noise is so much that it will not end. The taps are not read any more then. */
  get isStorm(): boolean {
    return (this.#seen ?? 0) - (this.#before ?? 0) > STORM;
  }

  /** Whether the taps have seen a frame since this was last asked. Always true in a storm, false without taps. */
  goesOn(): boolean {
    if (this.isStorm) return true;
    const before = this.#seen;
    this.#seen = this.#quiet.seen();
    return this.#seen !== before;
  }
}
