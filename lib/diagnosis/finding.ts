import type { Hop, Interface, Namespace } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';

/** `kernel`: it said so itself. `model`: the network's settings would do so. `guess`: where it was lost, and no reason. */
export type Certainty = 'kernel' | 'model' | 'guess';

/** Why a frame of a question, or of its answer, did not get to its goal. */
export interface Finding {
  cause: Cause;
  certainty: Certainty;
  /** Whose way it is. */
  of: 'probe' | 'answer';
  /** Where the taps saw it last; none where they did not see it, or where it is not lost but refused. */
  hop?: Hop;
  /** The host whose doing it is, where there is no such hop. */
  host?: Namespace;
}

/** A finding with a place on a path. */
export type Loss = Finding & { hop: Hop };

/** A cause, and where on a path it is. */
export type CauseAt = Pick<Loss, 'cause' | 'hop'>;

/** The device where a frame was last seen, or the host whose doing it is. */
export function placeOf({ hop, host }: Finding): Interface | Namespace | undefined {
  return hop?.frame.at ?? host;
}
