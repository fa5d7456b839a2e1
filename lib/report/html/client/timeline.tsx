import type { AssertionMeta } from '../../lab-meta.ts';
import { count, time } from './format.ts';
import { StateMark } from './state-mark.tsx';

/** What the test has asked, from top to bottom: when, how long it took, and what came of it. */
export function Timeline({ assertions, milliseconds }: { assertions: AssertionMeta[]; milliseconds: number }) {
  const end = Math.max(milliseconds, ...assertions.map(({ ended }) => ended), 0.001);
  return (
    <section class="timeline" aria-labelledby="timeline-title">
      <h3 id="timeline-title">{`${count(assertions.length, 'assertion')} in ${time(end)}`}</h3>
      <ol>
        {assertions.map((assertion, number) => (
          <Question key={number} assertion={assertion} whole={end} />
        ))}
      </ol>
    </section>
  );
}

function Question({ assertion: { title, passed, ended, took }, whole }: { assertion: AssertionMeta; whole: number }) {
  const state = passed ? 'passed' : 'failed';
  return (
    <li class={state}>
      <span class="time">{took === undefined ? `by ${time(ended)}` : `at ${time(Math.max(0, ended - took))}`}</span>
      <StateMark state={state} />
      <div class="asked">
        <code>{title}</code>
        {took !== undefined && (
          <>
            {' '}
            <span class="took">took {time(took)}</span>
            <span class="share" aria-hidden="true" style={{ inlineSize: `${((100 * took) / whole).toFixed(2)}%` }} />
          </>
        )}
      </div>
    </li>
  );
}
