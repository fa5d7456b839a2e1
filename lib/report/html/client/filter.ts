import type { ListedTest } from '../page-data.ts';
import { isUnstable } from './stability.ts';

export const CHOICES = ['all', 'failed', 'flaky', 'unstable', 'passed', 'skipped'] as const;
export type Choice = (typeof CHOICES)[number];

/** What the reader wants to see of the list. */
export interface Filter {
  choice: Choice;
  words: string;
}

export const NO_FILTER: Filter = { choice: 'all', words: '' };

/** Whether a test is in the list: all the words are in its name or its file, in any case and order. */
export function matches(test: ListedTest, { choice, words }: Filter): boolean {
  const text = [test.file, ...test.names].join(' ').toLowerCase();
  return (
    isChosen(test, choice) &&
    words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word))
  );
}

export function isChosen(test: ListedTest, choice: Choice): boolean {
  if (choice === 'all') return true;
  if (choice === 'unstable') return isUnstable(test);
  const { state, flaky } = test;
  return choice === 'flaky' ? flaky === true : state === choice;
}

/** The test to show first: one that failed, or none that the filter hides. */
export function firstOf(tests: readonly ListedTest[], isShown: (number: number) => boolean = () => true): number {
  const failed = tests.findIndex(({ state }, number) => isShown(number) && state === 'failed');
  return failed < 0 ? tests.findIndex((_, number) => isShown(number)) : failed;
}
