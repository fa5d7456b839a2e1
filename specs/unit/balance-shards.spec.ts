import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balanceShards } from '../../lib/report/runs/balanced-sequencer.ts';

const timesOf = (shards: string[][], durations: Map<string, number>) =>
  shards.map((keys) => keys.reduce((sum, key) => sum + (durations.get(key) ?? 0), 0));

test('the longest go first, each to whom has the least to do', () => {
  const durations = new Map([
    ['a', 9],
    ['b', 4],
    ['c', 3],
    ['d', 2],
    ['e', 1],
    ['f', 1],
  ]);
  expect(balanceShards([...durations.keys()], durations, 3)).toEqual([['a'], ['b', 'e', 'f'], ['c', 'd']]);
});

test('a file that nobody has timed counts as a middling one', () => {
  const durations = new Map([
    ['a', 1],
    ['b', 10],
    ['c', 100],
  ]);
  expect(balanceShards(['a', 'b', 'c', 'new'], durations, 2)).toEqual([['c'], ['b', 'new', 'a']]);
});

test('files that take no time go round', () => {
  const keys = ['a', 'b', 'c', 'd'];
  expect(balanceShards(keys, new Map(keys.map((key) => [key, 0])), 2)).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ]);
});

const suite = fc.uniqueArray(fc.tuple(fc.string(), fc.nat(100_000)), { selector: ([key]) => key });

test('every file is in one shard, whatever the order in which a machine finds them', () => {
  fc.assert(
    fc.property(suite, fc.integer({ min: 1, max: 9 }), fc.infiniteStream(fc.nat()), (files, count, random) => {
      const durations = new Map(files.filter((_, index) => index % 3 !== 0));
      const keys = files.map(([key]) => key);
      const shuffled = keys.map((key) => ({ key, rank: random.next().value as number }));
      const others = shuffled.sort((one, other) => one.rank - other.rank).map(({ key }) => key);
      const shards = balanceShards(keys, durations, count);
      expect(shards).toHaveLength(count);
      expect(shards.flat().sort()).toEqual([...keys].sort());
      expect(balanceShards(others, durations, count)).toEqual(shards);
    }),
  );
});

test('the longest shard is at most 4/3 of what cannot be undercut, give or take the longest file', () => {
  fc.assert(
    fc.property(suite, fc.integer({ min: 1, max: 9 }), (files, count) => {
      const durations = new Map(files);
      const times = timesOf(balanceShards([...durations.keys()], durations, count), durations);
      const total = times.reduce((sum, time) => sum + time, 0);
      const longest = Math.max(0, ...durations.values());
      // List scheduling: when the last file of the longest shard was given out, all others had at least as much to do.
      expect(Math.max(...times)).toBeLessThanOrEqual(total / count + longest * (1 - 1 / count) + 1e-6);
    }),
  );
});
