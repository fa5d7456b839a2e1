import { expect, test } from 'vitest';
import { vocabularyPage } from './vocabulary.ts';

// Written anew by `npx vitest run specs/lab/vocabulary.spec.ts -u`.
test('docs/vocabulary.md lists each kind of link with its options', async () => {
  await expect(vocabularyPage()).toMatchFileSnapshot('../../docs/vocabulary.md');
});
