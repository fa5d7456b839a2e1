import type { ListedTest } from '../page-data.ts';
import { time } from './format.ts';
import { isUnstable, rateOf, shortRateText } from './stability.ts';
import { StateMark } from './state-mark.tsx';

export function TestLink({ number, test, isCurrent }: { number: number; test: ListedTest; isCurrent: boolean }) {
  const [name, ...suites] = test.names.toReversed();
  const [own] = test.stability ?? [];
  return (
    <a href={`#test-${number}`} aria-current={isCurrent ? 'true' : undefined}>
      <StateMark state={test.state} />{' '}
      <span class="name">
        {suites.length > 0 && <small>{`${suites.toReversed().join(' › ')} › `}</small>}
        {name}
      </span>{' '}
      {own && isUnstable(test) && <small class="unstable">{shortRateText(rateOf(own))}</small>}{' '}
      {test.flaky && <small class="flaky">flaky</small>}{' '}
      {test.state !== 'skipped' && !test.outside && <span class="time">{time(test.milliseconds)}</span>}
    </a>
  );
}
