import type { ListedTest, TestState } from './page-data.ts';

/** What a row of the table comes to, the worst first. */
export const VERDICTS = ['differs', 'fails', 'not everywhere', 'same'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A test, and what came of it in each run. */
export interface Row {
  file: string;
  names: string[];
  /** By run: the number of the test, if the run has it. */
  tests: (number | undefined)[];
  verdict: Verdict;
}

/** The tests of several runs, a row for each that is the same in all of them. */
export function rowsOf(tests: readonly ListedTest[], runs: number): Row[] {
  const numbered = tests.flatMap((test, number) => (test.cell ? [{ ...test, cell: test.cell, number }] : []));
  return [...Map.groupBy(numbered, ({ cell }) => cell.row).values()].flatMap((own) => {
    const [first] = own;
    if (!first) return [];
    const inRuns = Array.from({ length: runs }, (_, run) => own.find(({ cell }) => cell.run === run));
    return {
      file: first.cell.file,
      names: first.names,
      tests: inRuns.map((test) => test?.number),
      verdict: verdictOf(inRuns.map((test) => test?.state)),
    };
  });
}

/** Of a test's states in the runs; a run that does not have it has none. */
function verdictOf(states: readonly (TestState | undefined)[]): Verdict {
  const has = (state: TestState) => states.includes(state);
  if (has('failed')) return has('passed') ? 'differs' : 'fails';
  return has('passed') && states.some((state) => state !== 'passed') ? 'not everywhere' : 'same';
}
