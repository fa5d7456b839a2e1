import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findFirstBad, type Verdict } from '../../lib/machines/first-bad.ts';

/** Kernels 0 … length − 1, bad from one on, some of which cannot be asked; counts what was booted. */
function fakeKernels({ length, from, broken = [] }: { length: number; from: number; broken?: readonly number[] }) {
  const asked: number[] = [];
  const judge = async (kernel: number): Promise<Verdict> => {
    asked.push(kernel);
    if (broken.includes(kernel)) return 'skip';
    return kernel >= from ? 'bad' : 'good';
  };
  return { list: Array.from({ length }, (_, index) => index), judge, asked };
}

test('every first bad kernel of every list is found, none booted twice, in a logarithmic number of boots', async () => {
  const cases = fc
    .integer({ min: 2, max: 200 })
    .chain((length) => fc.record({ length: fc.constant(length), from: fc.integer({ min: 1, max: length - 1 }) }));
  await fc.assert(
    fc.asyncProperty(cases, async ({ length, from }) => {
      const { list, judge, asked } = fakeKernels({ length, from });
      expect(await findFirstBad(list, judge)).toEqual({ lastGood: from - 1, firstBad: from, unknown: [] });
      expect(new Set(asked).size).toBe(asked.length);
      expect(asked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(length - 1)) + 2);
    }),
  );
});

test('the order of what is booted: both ends, then the middle of what is left', async () => {
  const { list, judge, asked } = fakeKernels({ length: 9, from: 3 });
  await findFirstBad(list, judge);
  expect(asked).toEqual([0, 8, 4, 2, 3]);
});

describe('kernels that cannot be asked', () => {
  test('are passed over', async () => {
    const { list, judge } = fakeKernels({ length: 9, from: 6, broken: [4] });
    expect(await findFirstBad(list, judge)).toEqual({ lastGood: 5, firstBad: 6, unknown: [] });
  });

  test('stay in doubt where they are next to the first bad one', async () => {
    const { list, judge } = fakeKernels({ length: 9, from: 5, broken: [4, 5] });
    expect(await findFirstBad(list, judge)).toEqual({ lastGood: 3, firstBad: 6, unknown: [4, 5] });
  });
});

test.for([
  [{ length: 5, from: 0 }, '--good must be good: it is bad'],
  [{ length: 5, from: 9 }, '--bad must be bad: it is good'],
  [{ length: 1, from: 0 }, 'a good and a bad kernel are needed, and they must not be the same'],
] as const)('an end that is not what it is said to be is refused: %j', async ([fake, message]) => {
  const { list, judge } = fakeKernels(fake);
  await expect(findFirstBad(list, judge)).rejects.toThrow(message);
});
