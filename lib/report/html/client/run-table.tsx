import { useState } from 'preact/hooks';
import type { ListedTest } from '../page-data.ts';
import { type Row, rowsOf, VERDICTS, type Verdict } from '../side-by-side.ts';
import { StateMark } from './state-mark.tsx';

interface Props {
  tests: readonly ListedTest[];
  runs: readonly string[];
  /** The numbers of the tests that the filter lets through. */
  shown: readonly number[];
}

/** What came of each test on each kernel, differences first. */
export function RunTable({ tests, runs, shown }: Props) {
  const listed = new Set(shown);
  const isListed = (number: number | undefined) => number !== undefined && listed.has(number);
  const rows = rowsOf(tests, runs.length).filter((row) => row.tests.some(isListed));
  const groups = Map.groupBy(rows, ({ verdict }) => verdict);
  return (
    <article class="runs-table" aria-labelledby="test-name">
      <h2 id="test-name" tabIndex={-1}>
        Side by side
      </h2>
      {rows.length === 0 && <p class="muted">No test matches the filters.</p>}
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col">Test</th>
              {runs.map((run) => (
                <th key={run} scope="col" class="run">
                  {run}
                </th>
              ))}
            </tr>
          </thead>
          {VERDICTS.map((verdict) => {
            const own = groups.get(verdict);
            return own && <RowGroup key={verdict} verdict={verdict} rows={own} tests={tests} runs={runs} />;
          })}
        </table>
      </div>
    </article>
  );
}

/** A link to the table, with what is to be seen there. */
export function RunTableLink({ tests, runs }: Omit<Props, 'shown'>) {
  const different = rowsOf(tests, runs.length).filter(({ verdict }) => verdict === 'differs').length;
  return (
    <a class="to-runs" href={RUNS_ADDRESS}>
      Side by side: {runs.length} runs, {different === 0 ? 'no test differs' : `${different} ${differs(different)}`}
    </a>
  );
}

export const RUNS_ADDRESS = '#runs';

const differs = (number: number) => (number === 1 ? 'test differs' : 'tests differ');

const TITLES: Record<Verdict, string> = {
  differs: 'Failed in some, passed in others',
  fails: 'Failed, and passed in none',
  'not everywhere': 'Passed in some, skipped or missing in others',
  same: 'The same in all',
};

interface GroupProps {
  verdict: Verdict;
  rows: readonly Row[];
  tests: readonly ListedTest[];
  runs: readonly string[];
}

/** The rows that come to the same. Those without a difference are shown at a click: there may be thousands. */
function RowGroup({ verdict, rows, tests, runs }: GroupProps) {
  const [isOpen, open] = useState(verdict !== 'same');
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={runs.length + 1}>
          <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            {TITLES[verdict]}
          </button>{' '}
          <small>{rows.length}</small>
        </th>
      </tr>
      {isOpen &&
        rows.map((row) => (
          <tr key={`${row.file}\n${row.names.join('\n')}`}>
            <th scope="row">
              <small>{[row.file, ...row.names.slice(0, -1)].join(' › ')}</small> {row.names.at(-1)}
            </th>
            {row.tests.map((number, run) => (
              <Cell key={run} number={number} tests={tests} />
            ))}
          </tr>
        ))}
    </tbody>
  );
}

function Cell({ number, tests }: { number: number | undefined; tests: readonly ListedTest[] }) {
  const test = number === undefined ? undefined : tests[number];
  if (!test) return <td class="muted">not run</td>;
  return (
    <td>
      <a href={`#test-${number}`}>
        <StateMark state={test.state} />
        {test.flaky && <small class="flaky"> flaky</small>}
      </a>
    </td>
  );
}
