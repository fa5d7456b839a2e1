import { failureOf } from '../matchers/failure-of.ts';

/** From the first path on, what a failure says of where the frame was lost; what numbers an echo from run to run as N. */
export async function explanationOf(assertion: PromiseLike<unknown>): Promise<string> {
  const failure = await failureOf(assertion);
  const at = failure.indexOf('Path of');
  if (at < 0) throw new Error(`the failure was to have a path:\n${failure}`);
  return failure
    .slice(at)
    .replaceAll(/\bid \d+(?= seq)/g, 'id N')
    .replaceAll(/\b(seq|packets|bytes) \d+/g, '$1 N');
}
