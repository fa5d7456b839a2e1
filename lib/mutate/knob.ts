import type { Interface } from '../lab/interface.ts';
import type { Namespace } from '../lab/namespace.ts';

/** A way in which a part of a lab can be otherwise, as it stands now. */
export interface Knob {
  /** `sw/p0: hairpin on → off`. */
  what: string;
  /** The settings that it turns, with what they would be. */
  settings: Record<string, string>;
  /** What it is of: of a ready-made network's parts a spec means those that it takes out. */
  of: readonly (Interface | Namespace)[];
  turn: () => void;
}

/** The settings of a part that a spec chooses, as they are, and what could be otherwise. */
export interface Knobs {
  settings: Record<string, string>;
  knobs: Knob[];
}
