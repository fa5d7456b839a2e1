import { expect, test } from 'vitest';
import { decisiveStep, stepsOf } from '../../../lib/report/html/client/walk-steps.ts';
import { FAILURE } from './tests.ts';

// a ── r, which has no route: the steps of the probe
test('each hop is a step, and so is the loss, which is the one to see first', () => {
  const steps = FAILURE.paths.flatMap(stepsOf);
  expect(steps.map(({ before, at, text }) => [before, at, text])).toEqual([
    [undefined, 'a/eth0', 'sends it'],
    ['a/eth0', 'r/eth0', 'receives it after 7 µs'],
    [undefined, 'r/eth0', 'lost'],
  ]);
  expect(decisiveStep(steps)).toBe(2);
  expect(decisiveStep(steps.slice(0, 2))).toBe(1);
});
