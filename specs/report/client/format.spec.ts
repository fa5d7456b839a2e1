import { expect, test } from 'vitest';
import { time } from '../../../lib/report/html/client/format.ts';

// No network: durations in a report
test.for([
  [0.314, '0.31 ms'],
  [12.4, '12 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [3440, '3.4 s'],
] as const)('%d ms is %s', ([milliseconds, text]) => {
  expect(time(milliseconds)).toBe(text);
});
