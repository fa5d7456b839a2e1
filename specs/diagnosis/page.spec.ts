import { expect, test } from 'hairpin';
import { CODES } from '../../lib/diagnosis/words/index.ts';
import { diagnosesPage } from './page.ts';

// Written anew by `npx vitest run specs/diagnosis/page.spec.ts -u`.
test('docs/diagnoses.md says what the source says of each code', async () => {
  await expect(diagnosesPage()).toMatchFileSnapshot('../../docs/diagnoses.md');
});

test.for(CODES)('%s is an area and what is wrong there', (code) => {
  expect(code).toMatch(/^([a-z0-9]+\.[a-z0-9]+(-[a-z0-9]+)*|unknown)$/);
});
