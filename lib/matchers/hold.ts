import { type Lab, UsageError } from '../lab/index.ts';
import { untilAddressesUsable } from '../lab/usable-addresses.ts';
import { HOLD } from '../probes/patience.ts';
import { askedAgainIn, latenessIn } from '../trace/late-answers.ts';

/** Less than an answer may take proves nothing of answers that did not come, in milliseconds. */
const SHORTEST_HOLD = 20;

/**
 * How long a negative is held unless said otherwise, in milliseconds. Addresses that will be usable soon are waited for
 * first, so that nobody is held for their sake.
 *
 * @param usual where nobody in the lab may answer late
 */
export async function holdIn(lab: Lab, usual: number = HOLD): Promise<number> {
  await untilAddressesUsable(lab);
  return usual + Math.max(latenessIn(lab), askedAgainIn(lab));
}

/** @throws UsageError when a negative would be held for less than an answer may take */
export function checkHold(call: string, option: 'hold' | 'within', milliseconds: number): void {
  if (milliseconds >= SHORTEST_HOLD) return;
  throw new UsageError(
    `${call}: ${option} must be ${SHORTEST_HOLD} ms or more, since an answer may take as long: received ${milliseconds}`,
  );
}
