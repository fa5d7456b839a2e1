import { expect, test } from 'vitest';
import { type Filter, firstOf, matches, NO_FILTER } from '../../../lib/report/html/client/filter.ts';
import { TESTS } from './tests.ts';

// No network: which tests of a report the reader sees
test.for<[Partial<Filter>, number[]]>([
  [{}, [0, 1, 2, 3, 4]],
  [{ choice: 'failed' }, [0, 2]],
  [{ choice: 'passed' }, [1, 4]],
  [{ choice: 'flaky' }, [4]],
  [{ choice: 'skipped' }, [3]],
  [{ words: 'VLAN apart' }, [1]],
  [{ words: ' vlan.spec ' }, [1, 2]],
  [{ words: 'specs', choice: 'failed' }, [2]],
  [{ words: 'vlan bond' }, []],
])('%j lets through %j', ([filter, numbers]) => {
  const shown = [...TESTS.keys()].filter((number) => {
    const listed = TESTS[number];
    return listed && matches(listed, { ...NO_FILTER, ...filter });
  });
  expect(shown).toEqual(numbers);
});

test('the first test to see is one that failed, and none that is hidden', () => {
  expect(firstOf(TESTS)).toBe(0);
  expect(firstOf(TESTS, (number) => number > 0)).toBe(2);
  expect(firstOf(TESTS, (number) => number > 2)).toBe(3);
  expect(firstOf(TESTS, () => false)).toBe(-1);
  expect(firstOf([])).toBe(-1);
});

test.for<[string | undefined, boolean, string]>([
  [undefined, false, 'nothing recorded'],
  ['P', false, 'one run'],
  ['PPPP', false, 'passes always'],
  ['FFFF', false, 'is broken'],
  ['PPFP', true, 'fails sometimes'],
  ['PRPP', true, 'needs a retry sometimes'],
  ['RRRR', true, 'needs a retry always'],
])('%s is unstable: %s (%s)', ([outcomes, expected]) => {
  const own = outcomes === undefined ? [] : [{ kernel: '6.1', outcomes }];
  const listed = { file: 'a', names: ['b'], state: 'passed', milliseconds: 1 } as const;
  const other = { kernel: '6.12', outcomes: 'PFPF' };
  const test = { ...listed, names: ['b'], ...(own.length > 0 ? { stability: [...own, other] } : {}) };
  expect(matches(test, { ...NO_FILTER, choice: 'unstable' })).toBe(expected);
});
