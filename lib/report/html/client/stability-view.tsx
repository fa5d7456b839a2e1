import type { KernelStability } from '../page-data.ts';
import { rateOf, rateText } from './stability.ts';

/** How often the test passed in its last runs, a line a kernel, with a mark for each run. */
export function StabilityView({ stability }: { stability: readonly KernelStability[] }) {
  return (
    <section class="stability" aria-labelledby="stability-title">
      <h3 id="stability-title">Last runs</h3>
      <ul>
        {stability.map((each) => (
          <li key={each.kernel}>
            <span class="kernel">{each.kernel}: </span>
            <b>{rateText(rateOf(each))}</b>
            <span class="runs" aria-hidden="true">
              {[...each.outcomes].map((outcome, run) => (
                <i key={run} class={MARKS[outcome]?.style} title={MARKS[outcome]?.title} />
              ))}
            </span>
          </li>
        ))}
      </ul>
      <p class="keys">
        The newest run is on the right. <i class="passed" /> passed <i class="flaky" /> flaky <i class="failed" />{' '}
        failed
      </p>
    </section>
  );
}

const MARKS: Record<string, { style: string; title: string }> = {
  P: { style: 'passed', title: 'passed' },
  R: { style: 'flaky', title: 'passed after a retry' },
  F: { style: 'failed', title: 'failed' },
};
