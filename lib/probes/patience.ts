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
   * Waits until every queue that is known has been emptied, and every program of the lab has had its turn. Other
   * queues there may be.
   *
   * @returns why that did not come about, where the machine is to blame; undefined when it did
   */
  drained(): Promise<string | undefined>;
  /** How often a frame has been seen at a device of the lab until now; undefined in a lab without taps. */
  seen(): number | undefined;
}

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
  /** Called before the first probe is sent. */
  onOpen?: ((signs: ProbeSigns) => void) | undefined;
}
