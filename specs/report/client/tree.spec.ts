import { expect, test } from 'vitest';
import { treeOf } from '../../../lib/report/html/client/tree.ts';
import { TESTS } from './tests.ts';

// No network: the list of a report
test('tests are by folder and by file, and what failed is counted in both', () => {
  expect(treeOf(TESTS, [...TESTS.keys()])).toEqual([
    { name: '', failed: 1, files: [{ path: 'The run itself', name: 'The run itself', failed: 1, tests: [0] }] },
    {
      name: 'specs/lab',
      failed: 1,
      files: [
        { path: 'specs/lab/vlan.spec.ts', name: 'vlan.spec.ts', failed: 1, tests: [1, 2] },
        { path: 'specs/lab/bond.spec.ts', name: 'bond.spec.ts', failed: 0, tests: [3] },
      ],
    },
    {
      name: 'core: specs/modes',
      failed: 0,
      files: [{ path: 'core: specs/modes/vepa.spec.ts', name: 'vepa.spec.ts', failed: 0, tests: [4] }],
    },
  ]);
});

test('a file that the filter has emptied is not in it', () => {
  expect(treeOf(TESTS, [3]).map(({ files }) => files.map(({ name }) => name))).toEqual([['bond.spec.ts']]);
});
