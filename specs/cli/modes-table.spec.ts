import { expect, test } from 'vitest';
import type { CountedRow } from '../../lib/cli/modes-table.ts';
import { formatModes } from '../../lib/cli/modes-table.ts';

// What the table makes of rows, without a network.
const row = { ns1: 'vepa', ns2: 'vepa', hairpin: true, from: 'ns1', to: 'ns2' } as const;
const kinds = ['arp', 'unicast', 'broadcast', 'multicast', 'nd', 'ping4', 'ping6'];
const rows = (copies: (kind: string) => number): CountedRow[] =>
  kinds.map((kind) => ({
    ...row,
    kind,
    copies: copies(kind),
    delivered: copies(kind) > 0,
    expected: true,
    expectedCopies: 1,
  }));
const line = (table: string) => table.split('\n')[1];

test('rows that agree with the model are summed up in a word', () => {
  expect(line(formatModes(rows(() => 1)))).toMatch(/^vepa +vepa +hairpin +all$/);
  expect(formatModes(rows(() => 1))).toContain('Kernel and model agree on all 7 questions.');
});

test('a difference is marked in its cell, and listed below', () => {
  const table = formatModes(rows((kind) => (kind === 'unicast' ? 1 : 0)));
  expect(line(table)).toMatch(/^vepa +vepa +hairpin +unicast !$/);
  expect(table).toContain('Kernel and model differ on 6 of 7 questions:');
  expect(table).toContain('! ns1 vepa, ns2 vepa, hairpin: ns1 → ns2, nd: the kernel delivers 0, the model says 1');
});

test('a copy too many is a difference', () => {
  const table = formatModes(rows((kind) => (kind === 'broadcast' ? 2 : 1)));
  expect(line(table)).toMatch(/all ×2 !$/);
  expect(table).toContain('broadcast: the kernel delivers 2, the model says 1');
});
