import type { ProbeSigns } from './patience.ts';

/** Why a probe could not be sent: the network's state forbids it, or the tool failed and nothing is known. */
export interface SendFailure {
  outcome: 'unsent' | 'broken';
  reason: string;
  /** It is in the nature of what is asked: to ask again is of no use. */
  isFinal?: boolean;
}

/** What came back to an {@link Asker}. */
export type Reply = Response | Refusal;

/** An answer to a probe. */
interface Response {
  kind: 'answer';
  sequence: number;
  /** The address that it came from, where it is not the one that was asked. */
  sender?: string | undefined;
}

/** An ICMP error, or a TCP reset. */
export interface Refusal {
  kind: 'refusal';
  reason: string;
  /** It is the port that refused: a TCP reset, or an ICMP port unreachable. */
  ofPort?: boolean;
}

/**
 * One kind of question over sockets of its own, asked as often as wanted. Opened when it is made; an answer to any of
 * its probes counts, late ones too.
 */
export interface Asker extends Disposable {
  /** Sends probe number `sequence`: undefined, or why it could not leave. */
  send(sequence: number): SendFailure | undefined;
  /** Sends the first probe once more, as a packet of the same connection. @default the kernel repeats it, or nobody */
  repeat?(): void;
  /** The next reply that is there already. */
  read(): Reply | undefined;
  /**
   * Whether a captured frame is one of this asker's probes, or an answer to one. Where the probe's port was translated, its
   * answer is known only after the probe was seen.
   */
  recognize(bytes: Buffer): 'probe' | 'answer' | undefined;
  /** The kernel repeats the first probe by itself, after so many milliseconds at most. @default it does not */
  readonly repeatedAfter?: number;
  /** Whether the first probe was refused, so that the kernel repeats it no more. @default it was not */
  isOver?(): boolean;
  /** What its packets are known by. */
  readonly signs: ProbeSigns;
  /** What came instead of an answer, in words; undefined if nothing did. */
  heard?(): string | undefined;
  /** Waits until there may be a reply, at most so many milliseconds. */
  wait(milliseconds: number): Promise<unknown>;
}
