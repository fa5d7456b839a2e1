import type { TestContext } from 'vitest';
import { now } from '../kernel/clock.ts';
import type { AttemptMeta } from '../report/lab-meta.ts';
import { tryOf } from './report-forgotten.ts';

export type Task = TestContext['task'];

/** One of the tries of a test, which `retry` and `repeats` let have several. */
export interface Attempt {
  task: Task;
  /** From 0. */
  number: number;
}

/** The one that a test is at. To be taken when a question is asked: its answer may come when the attempt is over. */
export function attemptOf(task: Task): Attempt {
  return { task, number: tryOf(task) };
}

export function isOver({ task, number }: Attempt): boolean {
  return tryOf(task) !== number;
}

/** Tells the reporter of an attempt, by vitest's task meta. */
export function addMeta({ task, number }: Attempt, news: AttemptMeta): void {
  const { labs = 0, milliseconds = 0, attempts = [] } = task.meta.hairpin ?? {};
  const all = [...attempts];
  // One without a question has told nothing.
  while (all.length <= number) all.push({});
  all[number] = { ...all[number], ...news };
  task.meta.hairpin = { ...task.meta.hairpin, labs, milliseconds, attempts: all };
}

/** What the reporter was told. */
export function metaOf({ task, number }: Attempt): AttemptMeta {
  return task.meta.hairpin?.attempts?.[number] ?? {};
}

/** What a monotonic clock's zero is as a date: a spec's fake timers, which come later, do not move it. */
const EPOCH = Date.now() - now();

/** Tells the report of an assertion that has just ended. */
export function noteAssertion(attempt: Attempt, assertion: { title: string; passed: boolean; started?: number }): void {
  const { title, passed, started } = assertion;
  const ended = now();
  const { assertions = [] } = metaOf(attempt);
  addMeta(attempt, {
    assertions: [
      ...assertions,
      {
        title,
        passed,
        ended: EPOCH + ended - (attempt.task.result?.startTime ?? EPOCH + ended),
        ...(started === undefined ? {} : { took: ended - started }),
      },
    ],
  });
}
