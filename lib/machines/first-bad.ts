/** What a kernel does to a spec; `skip` when it cannot be asked, as one that does not boot. */
export type Verdict = 'good' | 'bad' | 'skip';

export interface FirstBad<T> {
  lastGood: T;
  firstBad: T;
  /** Between the two, where nobody knows: those that could not be asked. */
  unknown: T[];
}

/**
 * Binary search for the first that is bad, in a list that begins with a good one and ends with a bad one. Both ends are
 * asked first: a spec that fails everywhere has no first bad kernel.
 *
 * @throws RangeError when an end is not what it was said to be
 */
export async function findFirstBad<T>(list: readonly T[], judge: (each: T) => Promise<Verdict>): Promise<FirstBad<T>> {
  if (list.length < 2) throw new RangeError('a good and a bad kernel are needed, and they must not be the same');
  await expectVerdict(list.at(0) as T, 'good', judge);
  await expectVerdict(list.at(-1) as T, 'bad', judge);
  let [good, bad] = [0, list.length - 1];
  const skipped = new Set<number>();
  for (;;) {
    const open = between(good, bad).filter((index) => !skipped.has(index));
    const [next] = open.toSorted((a, b) => Math.abs(a - (good + bad) / 2) - Math.abs(b - (good + bad) / 2));
    if (next === undefined) break;
    const verdict = await judge(list[next] as T);
    if (verdict === 'good') good = next;
    else if (verdict === 'bad') bad = next;
    else skipped.add(next);
  }
  const unknown = between(good, bad).map((index) => list[index] as T);
  return { lastGood: list[good] as T, firstBad: list[bad] as T, unknown };
}

async function expectVerdict<T>(each: T, expected: Verdict, judge: (each: T) => Promise<Verdict>): Promise<void> {
  const verdict = await judge(each);
  if (verdict !== expected) throw new RangeError(`--${expected} must be ${expected}: it is ${verdict}`);
}

function between(from: number, to: number): number[] {
  return Array.from({ length: to - from - 1 }, (_, index) => from + 1 + index);
}
