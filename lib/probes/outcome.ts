/**
 * How one question ended:
 * - `answered`
 * - `lost`: it left the source, nothing came back
 * - `refused`: an ICMP error or a TCP reset came back
 * - `unsent`: it never left the source (no route, link down, no carrier)
 * - `broken`: the tool itself failed, so nothing is known
 */
export type Outcome = 'answered' | 'lost' | 'refused' | 'unsent' | 'broken';

/** What a probe found out. Plain data: matchers, reports and the CLI read it. */
export interface ProbeResult {
  outcome: Outcome;
  /** How many probes were sent, or tried to be. */
  probes: number;
  /** From the first probe to the end, in milliseconds. */
  elapsed: number;
  /** `answered`: from the answered probe to its answer, in milliseconds. */
  roundTrip?: number;
  /** The address that an answer came from, where another was asked. `lost`: no connected socket takes that answer. */
  sender?: string;
  /** `unsent`: concluded from the routes, not from a send that failed. */
  presumed?: boolean;
  /** `refused`: by a TCP reset or an ICMP port unreachable, so it is the port that refused. */
  ofPort?: boolean;
  /** `refused`: who refused, in what words. `unsent`, `broken`: why. `lost`: what was last heard, if anything. */
  reason?: string;
}
