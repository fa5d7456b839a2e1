/** What came of a mutant, one knob of a test's lab turned. */
export type Fate =
  /** The test failed. */
  | 'killed'
  /** The test passed. */
  | 'survived'
  /** The test passed, and had asked nothing since the part was there. */
  | 'unasked'
  /** The test ran out of time: it may have hung on what is broken, or the machine is busy; nothing is known. */
  | 'timeout'
  /** The knob could not be turned, or the test could not build the rest of its lab: nothing is known. */
  | 'unviable'
  /** Not tried: another test has noticed it, or the spec does not mean it, and the test has noticed another. */
  | 'spared';

export interface Mutant {
  /** What is otherwise: `sw/p0: hairpin on → off`, `sw/p0.set({ hairpin: true }): not done`. */
  what: string;
  /** The part that it is about, by its name and its number among those so called; of a change the statement. */
  target: string;
  /** The line of the spec that made the part, or the change; where it is in another file, with that. */
  line: string;
  /** A change that is left out, not a part that is otherwise. */
  omission: boolean;
  /** A setting that a spec chooses is turned, or a change left out; not just something cut off. */
  chosen: boolean;
  /** Whether anything was asked once the part was there. */
  asked: boolean;
  /** Part of a ready-made network that the spec did not take out of it. */
  unnamed: boolean;
  /** What the lab as a whole would be like; equal to another case's of the same test where that has it so. */
  lab: string;
}

export interface TriedMutant extends Mutant {
  fate: Fate;
  /** `killed`: the first line of the failure. */
  failure?: string;
  /** `killed`, but only in that the question could not be asked any more: no address, nothing that leaves. */
  unaskable?: boolean;
}

/** What a test tells of its mutants, through vitest's task meta: plain JSON. */
export interface MutationMeta {
  mutants: TriedMutant[];
  /** What the lab is like as it is built. */
  lab: string;
  /** The test is about calls that hairpin, or the kernel, refuses. */
  refusals: boolean;
  /** Why it fails as it is; then nothing else is known. */
  failure?: string;
}

declare module 'vitest' {
  interface TaskMeta {
    hairpinMutation?: MutationMeta;
  }
}
