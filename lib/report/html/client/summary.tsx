import type { ListedTest, PageIndex, TestState } from '../page-data.ts';
import { count, time } from './format.ts';
import { RunTableLink } from './run-table.tsx';
import { isUnstable } from './stability.ts';

/** What came of the run, and how long it took. */
export function Summary({ index }: { index: PageIndex }) {
  const facts = [time(index.milliseconds), count(index.labs, 'lab'), new Date(index.date).toLocaleString()];
  return (
    <header>
      <h1>hairpin report</h1>
      <p class="counts">
        {countsOf(index.tests).map(([style, text]) => (
          <>
            <span class={`count ${style}`}>{text}</span>{' '}
          </>
        ))}
      </p>
      <p class="facts">{facts.join(' · ')}</p>
      {index.runs && <RunTableLink tests={index.tests} runs={index.runs} />}
    </header>
  );
}

/** `✗ 3 failed – hairpin report`. */
export function pageTitle({ tests }: PageIndex): string {
  const failed = tests.filter(({ state }) => state === 'failed').length;
  return `${failed > 0 ? `✗ ${failed} failed` : '✓ passed'} – hairpin report`;
}

function countsOf(tests: readonly ListedTest[]): [style: string, text: string][] {
  const inside = tests.filter((test) => !test.outside);
  const of = (state: TestState) => inside.filter((test) => test.state === state).length;
  const outside = tests.length - inside.length;
  const flaky = tests.filter((test) => test.flaky).length;
  const counts: [style: string, number: number, noun: string][] = [
    ['failed', of('failed'), 'failed'],
    ['passed', of('passed'), 'passed'],
    ['skipped', of('skipped'), 'skipped'],
    ['flaky', flaky, 'flaky'],
    ['flaky', tests.filter(isUnstable).length, 'unstable in the last runs'],
    ['failed', outside, `error${outside === 1 ? '' : 's'} outside of tests`],
  ];
  return counts.filter(([, number]) => number > 0).map(([style, number, noun]) => [style, `${number} ${noun}`]);
}
