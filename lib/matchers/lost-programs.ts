import { spotOf } from '../base/own-frames.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Lab } from '../lab/index.ts';
import type { Progress } from './assertion.ts';

/**
 * Whether an assertion stops waiting: a program failed that no one awaits, for example a server. The test fails in any
 * case then.
 */
export function shouldStopWaiting(lab: Lab, progress: Progress): boolean {
  progress.gaveUp ||= engineOf(lab).programs.failed.length > 0;
  return progress.gaveUp;
}

/** The failed programs that no one awaits, in lines below the message of an assertion. */
export function lostProgramLines(lab: Lab, { gaveUp }: Progress): string[] {
  const { failed } = engineOf(lab).programs;
  if (failed.length === 0) return [];
  const title = gaveUp
    ? 'Stopped waiting: a program failed that no one awaits:'
    : 'A program failed that no one awaits:';
  const lines = failed.flatMap(({ program, summary }) => {
    const spot = spotOf(program.frames);
    return [`  ${summary}${spot ? ` at ${spot}` : ''}`, ...program.lastLines.map((line) => `    ${line}`)];
  });
  return ['', title, ...lines];
}
