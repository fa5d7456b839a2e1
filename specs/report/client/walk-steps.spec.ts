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

// a ── b
test('a time too short for its unit is said to be so', () => {
  const [path] = FAILURE.paths;
  if (!path) throw new Error('the failure has no path');
  const timesOf = (microseconds: number) =>
    stepsOf({ ...path, hops: path.hops.map((hop) => ({ ...hop, microseconds })) })[1]?.text;
  expect([0.3, 0.6, 999, 1500].map(timesOf)).toEqual(
    ['less than 1 µs', '1 µs', '999 µs', '1.5 ms'].map((time) => `receives it after ${time}`),
  );
});
