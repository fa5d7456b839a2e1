import type { Outcome } from '../probes/outcome.ts';

/**
 * Whether a failed negative says nothing of the network. `broken`: the machine or hairpin failed, so it never does. `unsent`: the
 * probe did not leave; that is an answer only where the spec asks for it, by `because: 'unsent'` or by a cause (`droppedBy`).
 */
export function isInconclusive(
  outcome: Outcome,
  { isNot, because, drop }: { isNot: boolean; because: Outcome | undefined; drop: object | undefined },
): boolean {
  if (!isNot || outcome === 'answered') return false;
  if (outcome === 'broken') return true;
  return drop === undefined && (because === undefined || outcome === 'unsent');
}
