import type { TestState } from '../page-data.ts';

const MARKS: Record<TestState, string> = { passed: '✓', failed: '✗', skipped: '–' };

/** A mark for the eye, a word for screen readers. */
export function StateMark({ state }: { state: TestState }) {
  return (
    <span class={`state ${state}`}>
      <span aria-hidden="true">{MARKS[state]}</span>
      <span class="for-readers">{state}</span>
    </span>
  );
}
