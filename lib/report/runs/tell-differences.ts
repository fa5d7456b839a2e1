import type { ListedTest } from '../html/page-data.ts';
import { rowsOf } from '../html/side-by-side.ts';

const MOST = 10;

/**
 * The tests that pass on one kernel and fail on another, a line each.
 *
 * @returns undefined where there are none
 */
export function tellDifferences(tests: readonly ListedTest[], runs: readonly string[]): string | undefined {
  const rows = rowsOf(tests, runs.length).filter(({ verdict }) => verdict === 'differs');
  if (rows.length === 0) return undefined;
  const lines = rows.slice(0, MOST).map((row) => {
    const inState = (state: ListedTest['state']) =>
      runs.filter((_, run) => tests[row.tests[run] ?? -1]?.state === state).join(' and ');
    return `  ${[row.file, ...row.names].join(' > ')}: passed on ${inState('passed')}, failed on ${inState('failed')}`;
  });
  const more = rows.length > MOST ? [`  and ${rows.length - MOST} more, in the report`] : [];
  const [tell, fail] = rows.length === 1 ? ['test passes', 'fails'] : ['tests pass', 'fail'];
  return [`${rows.length} ${tell} in some of the ${runs.length} runs, and ${fail} in others:`, ...lines, ...more].join(
    '\n',
  );
}
