/** What kept a frame from its next step, and what to do about it. */
export interface Obstacle {
  /** In words, with the rule: `not sent back out of sw/p0: hairpin is off on that port`. */
  text: string;
  hint?: string;
  /** What the kernel gives as its reason where this is it: `IP_RPFILTER`. */
  reason?: string;
}
