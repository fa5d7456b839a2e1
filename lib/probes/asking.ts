import { now } from '../kernel/clock.ts';

/**
 * A wait that took so much longer than it should, in milliseconds, counts for nothing: the machine kept this process from
 * looking.
 */
const KEPT = 60;

/** So many waits, at most, count for nothing: a machine may never recover. */
const MOST_KEPT = 10;

/** What is asked, of whatever kind. The engine knows neither frames nor sockets. */
export interface Asked {
  /** Sends what has no answer yet, for the n-th time, from 0. */
  send(attempt: number): void;
  /** Sends one more packet of the first connection, where it is for the asker to send it. @default the kernel does, or nobody */
  repeat?: (() => void) | undefined;
  /** Takes what has come. True when nothing more is wanted. */
  read(): boolean;
  /** Waits until there may be something to read, at most so many milliseconds. */
  wait(milliseconds: number): Promise<unknown>;
  /** It is sent only once, since the copies are counted. @default false */
  once?: boolean;
  /** The kernel repeats the first probe by itself, after so many milliseconds at most. @default it does not */
  repeatedAfter?: number | undefined;
  /** Whether the first probe was refused, so that the kernel repeats it no more. @default it was not */
  isOver?: (() => boolean) | undefined;
  /** How long what is still open is waited for, where that changes. @default the patience's milliseconds */
  milliseconds?(): number;
}

/** A question under way: what was sent, and how long an answer was listened for. */
export class Asking {
  readonly #asked: Asked;
  #kept = 0;
  /** How often it was sent. */
  attempts = 0;
  /** When it was last sent, as a time of `now()`. */
  sentAt = 0;
  /** For how many milliseconds an answer was listened for. */
  listened = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  /** Whether it may be sent only once. */
  get once(): boolean {
    return this.#asked.once === true;
  }

  /** After how many milliseconds the kernel has repeated the first probe; undefined where it repeats none. */
  get repeatedAfter(): number | undefined {
    return this.#asked.repeatedAfter;
  }

  /** Whether the kernel still repeats the first probe. */
  get isRepeated(): boolean {
    return this.repeatedAfter !== undefined && this.#asked.isOver?.() !== true;
  }

  /** Sends, unless that may be done only once and has been done, and reads. True when nothing more is wanted. */
  send(): boolean {
    if (this.once && this.attempts > 0) return this.read();
    // Before it is sent: while it is being sent, too, a neighbour may be waited for.
    this.sentAt = now();
    this.#asked.send(this.attempts++);
    return this.read();
  }

  /** Sends one more packet of the first connection, and reads. True when nothing more is wanted. */
  repeat(): boolean {
    this.#asked.repeat?.();
    return this.read();
  }

  /** Takes what has come. True when nothing more is wanted. */
  read(): boolean {
    return this.#asked.read();
  }

  /** Listens for so long. True when nothing more is wanted. */
  async listen(milliseconds: number): Promise<boolean> {
    const until = this.listened + milliseconds;
    while (this.listened < until) {
      const remaining = until - this.listened;
      const before = now();
      await this.#asked.wait(remaining);
      const took = now() - before;
      if (this.read()) return true;
      if (took - remaining > KEPT && this.#kept < MOST_KEPT) this.#kept++;
      // Less than a timer can tell is nothing to wait for.
      else this.listened = remaining - took < 0.1 ? until : this.listened + took;
    }
    return false;
  }
}
