/** What is known of a lab's queues, so that a question need not guess how long its answer may be under way. */
export interface Quiet {
  /**
   * Waits until nothing that was sent is under way any more.
   *
   * @param deadline a time of `now()`: how long to wait for what waits in no queue
   * @returns false when that is not known
   */
  reached(deadline: number): Promise<boolean>;
  /**
   * Waits until every known queue has been emptied, and every program of the lab has had its turn. The lab may have other
   * queues.
   *
   * @returns why the machine did not get round to it; undefined when it did
   */
  drained(): Promise<string | undefined>;
  /** How often a frame has been seen at a device of the lab until now; undefined in a lab without taps. */
  seen(): number | undefined;
  /** How long the slowest hop of the lab has been seen to keep a frame that it passed on, in milliseconds; 0 without taps. */
  slowestHop(): number;
  /**
   * Whether a host has learnt a neighbour's MAC address that it asked for, since a time of `now()`. False in a lab without
   * taps, where nobody knows.
   */
  learnt(since: number): boolean;
  /**
   * Waits until no host is about to give up a neighbour, and until a router would repeat its first redirect.
   *
   * @returns whether a host has learnt something, so that the next probe may go another way than the last
   */
  rerouted(): Promise<boolean>;
  /** How many probes must have had no answer, when one may fare otherwise than the one before. */
  probes(): number;
  /**
   * Why silence proves nothing all the same: links lose packets by chance, and more of them than {@link probes} could make up
   * for.
   *
   * @param once whether it was sent only once
   */
  doubt(once: boolean): string | undefined;
  /**
   * Whether a packet that was dropped may pass a second later, since a filter may keep something of packets.
   *
   * @param ofConnections whether that is enough which may keep something of a connection alone, such as a mark, or a program at a device
   */
  remembers(ofConnections: boolean): boolean;
  /**
   * Whether a program, or a function of the spec, may have got a packet of the question, and pass it on or answer it later.
   *
   * @param ofConnections whether it is enough that it has TCP sockets
   */
  mayBeHeld(ofConnections: boolean): boolean;
  /**
   * Whether a tunnel keeps packets of the question back until it may ask its peer for a session, or until the peer has had its time to
   * answer. What it asked before the question may have been lost in a network that was otherwise then.
   */
  awaitsSession(): boolean;
  /**
   * How many milliseconds after its beginning a question may have to be asked again, since a device has not noticed yet that one of its members
   * leads nowhere, or may be used again.
   */
  memberChange(): number;
  /** What the machine itself has lost since this was last asked, so that the lab did not lose it; undefined for nothing. */
  lost(): string | undefined;
}

/** How long to wait for an answer, or a copy, that is wanted, in milliseconds. */
export const WITHIN = 1000;

/**
 * How long there must be no answer, and no copy, for a negative, in milliseconds, where nothing is known of the queues. Worst seen
 * under load for an answer: 12.
 */
export const HOLD = 100;

/** How long an answer may still be under way where there is no hope of another, in milliseconds. */
export const LAST_CHANCE = 100;

/** What packets of a question, and answers to them, are known by, whatever addresses they have by then. */
export interface ProbeSigns {
  /** Bytes of their data. */
  mark?: { at: number; bytes: Buffer } | undefined;
  /** The port that answers come from. */
  port?: number | undefined;
}

/** How long an answer is waited for. */
export interface Patience {
  /** So many milliseconds, not counting those in which the machine kept this process from looking. */
  milliseconds: number;
  /**
   * What is known of the lab's queues: called when the question begins where `untilQuiet` says so, else when its time is
   * over. Without it the time alone decides, and what is in a queue then is missed.
   */
  quiet?: (() => Quiet) | undefined;
  /** Whether the wait ends early once nothing is under way any more. @default false */
  untilQuiet?: boolean | undefined;
  /** Whether another question of the same ends shows how long programs keep packets, so that this one need not. @default false */
  isOneOfSeveral?: boolean | undefined;
  /**
   * Whether there is no hope of an answer any more: it is waited for no longer than {@link LAST_CHANCE}. Only for an answer
   * that is wanted: that none comes would prove nothing.
   */
  isHopeless?: (() => boolean) | undefined;
  /** Called for each probe, once it was sent. */
  onSend?: (() => void) | undefined;
  /** Called before the first probe is sent. */
  onOpen?: ((signs: ProbeSigns) => void) | undefined;
}
