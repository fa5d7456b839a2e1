/** What was done to one file. */
export interface Step {
  /** Relative to the project. */
  file: string;
  did: 'wrote' | 'added to' | 'kept';
  /** What was added, or why it was kept. */
  what?: string;
  /** What the reader has to add, a line each. */
  byHand?: readonly string[];
}
