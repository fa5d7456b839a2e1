import { expect, test } from 'hairpin';
import type { PacedOutcome } from '../../lib/kernel/threads/pacer.ts';
import { judge } from '../../lib/probes/continuity.ts';

/** Probes that were sent one a millisecond, and what became of them. */
function probes(...runs: [count: number, outcome: PacedOutcome][]) {
  const outcomes = runs.flatMap(([count, outcome]) => Array.from({ length: count }, () => outcome));
  const sentAt = (number: number) => number;
  return { count: outcomes.length, sentAt, outcomeOf: (number: number) => outcomes[number] as PacedOutcome };
}

test('an outage lasts from its first lost probe to its last', () => {
  const { outages } = judge(probes([10, 'answered'], [50, 'lost'], [10, 'answered']), 5, 70);
  expect(outages).toEqual([expect.objectContaining({ start: 5, length: 50, most: 50, probes: 50, isOpen: false })]);
});

test('an answer that came late shows that the outage was not one whole: it may have been longer, and was at least as long as its longest part', () => {
  const sent = probes(
    [10, 'answered'],
    [50, 'lost'],
    [5, 'late'],
    [80, 'lost'],
    [5, 'late'],
    [20, 'lost'],
    [10, 'answered'],
  );
  const { outages } = judge(sent, 5, 180);
  expect(outages).toEqual([expect.objectContaining({ start: 5, length: 80, most: 160, probes: 150, isOpen: false })]);
});
