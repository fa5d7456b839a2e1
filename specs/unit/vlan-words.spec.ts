import { expect, test } from 'vitest';
import { vlanWords } from '../../lib/report/vlan-words.ts';

const plain = (id: number) => ({ id, pvid: false, untagged: false });

test('VLANs in a row are said as one, where their flags are the same', () => {
  const access = { id: 4, pvid: true, untagged: true };
  expect(vlanWords([plain(1), plain(2), plain(3), access, plain(5), plain(9)])).toBe('1-3, 4 pvid untagged, 5, 9');
  expect(vlanWords([])).toBe('none');
});
