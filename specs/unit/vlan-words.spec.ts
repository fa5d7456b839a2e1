import { expect, test } from 'vitest';
import { vlanWords } from '../../lib/report/vlan-words.ts';

const plain = (id: number) => ({ id, pvid: false, untagged: false, state: 'forwarding' as const });

test('VLANs in a row are said as one, where their flags and their states are the same', () => {
  const access = { ...plain(4), pvid: true, untagged: true };
  expect(vlanWords([plain(1), plain(2), plain(3), access, plain(5), plain(9)])).toBe('1-3, 4 pvid untagged, 5, 9');
  const blocked = { ...plain(3), state: 'blocking' as const };
  expect(vlanWords([plain(1), plain(2), blocked, { ...blocked, id: 4 }])).toBe('1-2, 3-4 state blocking');
  expect(vlanWords([])).toBe('none');
});
