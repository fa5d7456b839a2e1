import { expect, test } from 'vitest';
import { idsOf, rowsOf } from '../../lib/netlink/bridge/vlan-rows.ts';

const isNext = (last: number, next: number) => next === last + 1;

test('members in a row are one row, from its first to its last member', () => {
  expect(rowsOf([1, 2, 3, 7, 9, 10], isNext)).toEqual([
    [1, 3],
    [7, 7],
    [9, 10],
  ]);
});

test('no members are no rows', () => {
  expect(rowsOf([], isNext)).toEqual([]);
});

test('a row of one is a number, a longer one a range', () => {
  expect([idsOf(7, 7), idsOf(100, 199)]).toEqual([7, '100-199']);
});
