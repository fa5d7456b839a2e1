import { ownFile } from '../../base/own-file.ts';
import type { Family } from '../../wire/ip-address.ts';
import { Thread } from './thread.ts';

/** Probes of a minute take a megabyte: so many are enough for a quarter of an hour. */
const MOST_PROBES = 1_000_000;

/** At the end of each probe stands its number. */
export const NUMBER_LENGTH = 4;

/** What the thread does: it sends and receives, it only receives, it ends. */
export const PHASE = { sending: 0, receiving: 1, over: 2 } as const;

/** Places in what both threads share. */
export const PHASE_AT = 0;
export const SENT_AT = 1;

/** What is sent, and by what. */
interface PacedProbe {
  /** The descriptor of a socket that does not block, and that stays open until {@link Pacer.end}. */
  socket: number;
  /** Where to, as a raw `sockaddr`. */
  to: Uint8Array;
  /** What is sent: a mark that no other packet has, and room for a number behind it; of ICMP with its header in front. */
  request: Uint8Array;
  /** The version of ICMP that it is a message of; undefined for UDP. */
  icmp: Family | undefined;
  /** Of UDP: the socket of the far end, at which the thread sends the probes back, with their mark inverted. */
  echo: number | undefined;
  /** Of ICMP: a socket at the target that hears the probes. Without it anybody may answer. */
  heard: number | undefined;
  /** Milliseconds from one probe to the next. */
  interval: number;
  /** An answer that takes so many milliseconds longer than the thread needs to read it is late. */
  patience: number;
}

/** For the thread. */
export interface PacerOrder extends PacedProbe {
  shared: Record<'control' | 'times' | 'outcomes', SharedArrayBuffer>;
}

/**
 * What became of a probe: an answer, one that came late, one of another host than the target, none, or the errno for which it was
 * not sent.
 */
export type PacedOutcome = keyof typeof OUTCOME | number;

/** As the thread writes them; an errno is negative. */
export const OUTCOME = { lost: 0, answered: 1, late: 2, foreign: 3 } as const;

/** Sends a probe every millisecond from a thread of its own, so that neither the event loop nor a spec's code delays one. */
export class Pacer {
  readonly #control = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  readonly #times = new Float64Array(new SharedArrayBuffer(MOST_PROBES * Float64Array.BYTES_PER_ELEMENT));
  readonly #outcomes = new Int16Array(new SharedArrayBuffer(MOST_PROBES * Int16Array.BYTES_PER_ELEMENT));
  readonly #thread: Thread;

  constructor(probe: PacedProbe) {
    const shared = {
      control: this.#control.buffer,
      times: this.#times.buffer,
      outcomes: this.#outcomes.buffer,
    } as PacerOrder['shared'];
    this.#thread = new Thread(ownFile('./pacer-thread.ts', import.meta.url), { ...probe, shared } satisfies PacerOrder);
  }

  /** How many probes have been sent. @throws Error when the thread has failed */
  get count(): number {
    this.#thread.check();
    return Atomics.load(this.#control, SENT_AT);
  }

  /** Whether no more probes can be sent. */
  get isFull(): boolean {
    return this.count >= MOST_PROBES;
  }

  /** When a probe was sent, by the monotonic clock in milliseconds. */
  sentAt(number: number): number {
    return this.#times[number] as number;
  }

  outcomeOf(number: number): PacedOutcome {
    const outcome = this.#outcomes[number] as number;
    const names = Object.keys(OUTCOME) as (keyof typeof OUTCOME)[];
    return names.find((name) => OUTCOME[name] === outcome) ?? -outcome;
  }

  /** Sends no more probes, and goes on listening. */
  stopSending(): void {
    this.#enter(PHASE.receiving);
  }

  /** Ends the thread. After that its sockets may be closed. A second call waits for the first. @throws Error when the thread has failed */
  end(): Promise<void> {
    this.#enter(PHASE.over);
    return this.#thread.ended();
  }

  #enter(phase: number): void {
    Atomics.store(this.#control, PHASE_AT, phase);
    Atomics.notify(this.#control, PHASE_AT);
  }
}
