import { spotOf } from '../kernel/own-frames.ts';
import { engineOf } from '../lab/engine.ts';
import type { Lab } from '../lab/index.ts';
import type { Progress } from './assertion.ts';

/**
 * Whether an assertion gives up waiting for what it wants: a program has failed that nobody awaits, a server, say. Then the
 * test fails in any case.
 */
export function givesUp(lab: Lab, progress: Progress): boolean {
  progress.gaveUp ||= engineOf(lab).programs.failed.length > 0;
  return progress.gaveUp;
}

/** The programs that have failed and that nobody awaits, for the message of an assertion; empty where there are none. */
export function describeLostPrograms(lab: Lab, { gaveUp }: Progress): string {
  const { failed } = engineOf(lab).programs;
  if (failed.length === 0) return '';
  const title = gaveUp
    ? 'It was not waited for any longer, since a program has failed that nobody awaits:'
    : 'A program has failed that nobody awaits:';
  const lines = failed.flatMap(({ program, error }) => {
    const spot = spotOf(program.frames);
    return [`  ${error.shortMessage}${spot ? ` at ${spot}` : ''}`, ...program.lastLines.map((line) => `    ${line}`)];
  });
  return ['', '', title, ...lines].join('\n');
}
