import { engineOf } from './engine.ts';
import type { Lab } from './lab.ts';
import { stillRunning } from './unawaited.ts';

/**
 * Checks at the end of a test that passes that it has waited for the programs that it started: the end of the lab kills
 * them, and so would hide that they fail.
 *
 * @throws Error naming a program that still runs, with the spec's line
 */
export function checkNoneForgotten(lab: Lab): void {
  const [first] = lab.closed ? [] : engineOf(lab).programs.forgotten;
  if (first) throw stillRunning(first);
}
