import { expect, test } from 'vitest';
import { compareModes, formatDifferences } from '../../lib/machines/compare-modes.ts';

const row = (kind: string, copies: number) => ({
  ns1: 'vepa',
  ns2: 'vepa',
  hairpin: true,
  from: 'ns1',
  to: 'ns2',
  kind,
  copies,
});
const passthru = (copies: number) => ({
  ...row('arp', copies),
  ns1: 'passthru',
  ns2: null,
  hairpin: false,
  to: 'host',
});

test('only what is answered differently is listed, kernel by kernel', () => {
  const [old, young] = [
    [row('arp', 1), row('nd', 2), passthru(0)],
    [row('arp', 1), row('nd', 1)],
  ];
  const differences = compareModes([old, young]);
  expect(formatDifferences(['6.1', '6.12'], differences, 3)).toBe(`question                             6.1  6.12
vepa, vepa, hairpin: ns1 → ns2, nd   2    1
passthru, –, plain: ns1 → host, arp  0    not asked

6.1 and 6.12 differ on 2 of 3 questions (copies that arrive).
`);
});

test('kernels that agree get one line', () => {
  expect(formatDifferences(['a', 'b'], compareModes([[row('arp', 1)], [row('arp', 1)]]), 1)).toBe(
    'a and b answer all 1 questions alike.\n',
  );
});
