import { useState } from 'preact/hooks';
import type { AttemptDetail, ListedTest, TestDetail } from '../page-data.ts';
import { AttemptView } from './attempt-view.tsx';
import { count, time } from './format.ts';
import { StabilityView } from './stability-view.tsx';
import { StateMark } from './state-mark.tsx';

interface Props {
  test: ListedTest;
  detail: TestDetail;
  drawingOf: (number: number) => string;
}

/** Everything of one test: its last attempt that came to what the test did, and the others at a click. */
export function TestView({ test, detail: { labs, note, attempts }, drawingOf }: Props) {
  // With `repeats` each of them decides.
  const last = attempts.findLastIndex(({ state }) => state === test.state);
  const [chosen, choose] = useState(Math.max(0, last));
  const attempt = attempts[chosen];
  const facts = [
    ...(test.state === 'skipped' || test.outside ? [] : [time(test.milliseconds)]),
    ...(labs > 0 ? [count(labs, 'lab')] : []),
    ...(note ? [note] : []),
  ];
  return (
    <article aria-labelledby="test-name">
      <p class="path">{[test.file, ...test.names.slice(0, -1)].join(' › ')}</p>
      <h2 id="test-name" tabIndex={-1}>
        <StateMark state={test.state} /> {test.names.at(-1)}
      </h2>
      {facts.length > 0 && <p class="facts">{facts.join(' · ')}</p>}
      {test.stability && <StabilityView stability={test.stability} />}
      {attempts.length > 1 && <Attempts attempts={attempts} chosen={chosen} onChoose={choose} />}
      {attempt && <AttemptView key={chosen} attempt={attempt} drawingOf={drawingOf} />}
    </article>
  );
}

interface AttemptsProps {
  attempts: readonly AttemptDetail[];
  chosen: number;
  onChoose: (number: number) => void;
}

function Attempts({ attempts, chosen, onChoose }: AttemptsProps) {
  return (
    <div class="attempts" role="group" aria-label="Attempts">
      {attempts.map(({ state, milliseconds }, number) => (
        <button key={number} type="button" aria-pressed={number === chosen} onClick={() => onChoose(number)}>
          <StateMark state={state} /> Attempt {number + 1} <small>{time(milliseconds)}</small>
        </button>
      ))}
    </div>
  );
}
