import type { TestCase } from 'vitest/node';
import type { RunCell } from '../html/page-data.ts';
import { Numbered } from '../numbered.ts';
import type { RecordPlace } from './run-outcomes.ts';

/** The kernels and runs that tests belong to, and where each test stands in a table of them. */
export interface RunCells {
  /** Oldest kernel first. */
  runs: string[];
  cellOf: (test: TestCase) => RunCell | undefined;
}

/**
 * Puts the same tests of several kernels or runs side by side.
 *
 * @returns undefined where there is one run only, so that nothing is to be compared
 */
export function runCells(places: ReadonlyMap<TestCase, RecordPlace>): RunCells | undefined {
  const { compare } = new Intl.Collator('en', { numeric: true });
  const runs = [...new Set([...places.values()].map(({ kernel }) => kernel))].toSorted(compare);
  if (runs.length < 2) return undefined;
  const rows = new Numbered<string>();
  return {
    runs,
    cellOf: (test) => {
      const place = places.get(test);
      if (!place) return undefined;
      const key = JSON.stringify([place.file, place.test]);
      return { run: runs.indexOf(place.kernel), row: rows.numberOf(key, () => key), file: place.file };
    },
  };
}
