import { engineOf } from '../engines/engine.ts';
import type { Lab } from '../lab.ts';
import { stillRunning } from './unawaited.ts';

/**
 * Checks at the end of a test that passes that it has waited for what it began. The end of the lab kills its programs, and so would hide
 * that they fail; and a question that came before `lab.settled()` was over may have had another answer after it.
 *
 * @throws Error naming a call that nobody has awaited, or a program that still runs, with the spec's line
 */
export function checkNoneForgotten(lab: Lab): void {
  if (lab.closed) return;
  const { callsToAwait, programs } = engineOf(lab);
  const [first] = programs.forgotten;
  if (first) throw stillRunning(first);
  if (callsToAwait.forgotten) throw callsToAwait.forgotten;
}
