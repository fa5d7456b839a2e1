import { expect, test } from 'vitest';
import type { TestState } from '../../../lib/report/html/page-data.ts';
import { rowsOf } from '../../../lib/report/html/side-by-side.ts';

// No network: one test, by what came of it in three runs. A dot is a run that does not have it.
const STATES: Record<string, TestState> = { P: 'passed', F: 'failed', S: 'skipped' };

test.for([
  ['PPP', 'same'],
  ['SSS', 'same'],
  ['S.S', 'same'],
  ['PSP', 'not everywhere'],
  ['P.P', 'not everywhere'],
  ['PFP', 'differs'],
  ['PFS', 'differs'],
  ['FFF', 'fails'],
  ['FS.', 'fails'],
] as const)('a test that comes to %s in three runs is in the group “%s”', ([states, verdict]) => {
  const tests = [...states].flatMap((letter, run) => {
    const state = STATES[letter];
    return state
      ? { file: `${run}: a.ts`, names: ['a'], state, milliseconds: 1, cell: { run, row: 0, file: 'a.ts' } }
      : [];
  });
  const [row, ...others] = rowsOf(tests, 3);
  expect(others).toEqual([]);
  expect(row).toMatchObject({ file: 'a.ts', names: ['a'], verdict });
  expect(row?.tests.map((number) => number !== undefined)).toEqual([...states].map((letter) => letter !== '.'));
});
