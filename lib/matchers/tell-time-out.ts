import { framesOfOthers, spotOf } from '../base/own-frames.ts';
import { harmless } from '../base/visible-text.ts';
import { pendingWaits, type Wait } from '../lab/programs/waits.ts';
import type { Task } from './attempt.ts';
import { ownerOf } from './lab-owner.ts';

/** vitest's words for a test or a hook whose time is over (`makeTimeoutError`). */
const TIME_OUT = /^(Test|Hook) timed out in \d+ms/;

/** So many are described at most, and so many characters of each call. */
const MOST_WAITS = 5;
const LONGEST_CALL = 200;

/**
 * Adds what a test was waiting for to the error by which vitest ends it, and has the error point to the line of the spec
 * that waits. Any other error stays as it is.
 *
 * @param task the test
 * @param since when it began: a wait in a lab that no fixture made counts as the test's from then on
 */
export function tellTimeOut(error: unknown, task: Task, since: number): void {
  if (!(error instanceof Error) || !TIME_OUT.test(error.message)) return;
  const waits = pendingWaits().filter(({ lab, since: began }) => {
    const owner = ownerOf(lab);
    return owner ? owner === task : !task.concurrent && began >= since;
  });
  const awaited = waits.filter(({ isAwaited }) => isAwaited);
  const told = awaited.length > 0 ? awaited : waits;
  const title =
    awaited.length > 0 ? 'It was waiting for' : 'It awaited nothing of hairpin. These programs were running:';
  if (told.length === 0) return;
  const frames = error.stack?.split('\n').filter(isFrame) ?? [];
  const last = framesOfOthers(awaited.at(-1)?.frames.split('\n') ?? []);
  const more = told.length > MOST_WAITS ? [`  … and ${told.length - MOST_WAITS} more`] : [];
  const described = harmless(told.slice(0, MOST_WAITS).flatMap(describe).join('\n'));
  error.message = [error.message, '', title, described, ...more].join('\n');
  error.stack = [`${error.name}: ${error.message}`, ...(last.length > 0 ? last : frames)].join('\n');
}

function describe(wait: Wait): string[] {
  const spot = spotOf(wait.frames);
  const words = wait.words.length > LONGEST_CALL ? `${wait.words.slice(0, LONGEST_CALL - 1)}…` : wait.words;
  return [`  ${words}${spot ? ` at ${spot}` : ''}`, ...wait.state().map((line) => `    ${line}`)];
}

function isFrame(line: string): boolean {
  return /^ +at /.test(line);
}
