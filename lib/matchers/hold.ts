import { UsageError } from '../lab/index.ts';

/** How long a negative is held unless said otherwise, in milliseconds. Worst seen under load for an answer: 12. */
export const HOLD = 100;

/** Less than an answer may take proves nothing of answers that did not come, in milliseconds. */
const SHORTEST_HOLD = 20;

/** @throws UsageError when a negative would be held for less than an answer may take */
export function checkHold(call: string, option: 'hold' | 'within', milliseconds: number): void {
  if (milliseconds >= SHORTEST_HOLD) return;
  throw new UsageError(
    `${call}: ${option} must be ${SHORTEST_HOLD} ms or more, since an answer may take as long: received ${milliseconds}`,
  );
}
