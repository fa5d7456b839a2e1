/**
 * Waits until nothing that was sent is under way any more.
 *
 * @returns false when by the deadline, a time of `now()`, that is not known
 */
export type Quiet = (deadline: number) => Promise<boolean>;

/** What packets of a question, and answers to them, are known by, whatever addresses they have by then. */
export interface ProbeSigns {
  /** Bytes of their data. */
  mark?: { at: number; bytes: Buffer } | undefined;
  /** The port that answers come from. */
  port?: number | undefined;
}

/** How long an answer is waited for. */
export interface Patience {
  /** At most so many milliseconds. */
  milliseconds: number;
  /** What may end the wait earlier without an answer; by default nothing does. */
  quiet?: Quiet | undefined;
  /**
   * Told of each probe when it was sent, from when to when by the monotonic clock in nanoseconds: what the kernel did
   * meanwhile on this thread's behalf was for it.
   */
  onSend?: ((from: bigint, to: bigint) => void) | undefined;
  /** Called before the first probe is sent. */
  onOpen?: ((signs: ProbeSigns) => void) | undefined;
}
