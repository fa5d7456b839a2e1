import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hairpin } from '../../lib/config.ts';
import { readDurations, updateDurations, writeDurations } from '../../lib/report/runs/durations.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hairpin-durations-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('what is written is read again, in the order of the names, and nothing else is left', () => {
  const path = join(folder, 'deep', 'durations.json');
  writeDurations(
    path,
    new Map([
      ['b.test.ts', 2],
      ['a.test.ts', 1],
    ]),
  );
  expect(readFileSync(path, 'utf8')).toBe('{\n  "a.test.ts": 1,\n  "b.test.ts": 2\n}\n');
  expect(readDurations(path)).toEqual(
    new Map([
      ['a.test.ts', 1],
      ['b.test.ts', 2],
    ]),
  );
  expect(readdirSync(join(folder, 'deep'))).toEqual(['durations.json']);
});

test('no file is no durations', () => {
  expect(readDurations(join(folder, 'durations.json'))).toEqual(new Map());
});

test.each(['', '[]', 'null', '{ "a.test.ts": "1" }', '{ "a.test.ts": -1 }', '{'])(
  '%j is no file of durations',
  (text) => {
    const path = join(folder, 'durations.json');
    writeFileSync(path, text);
    expect(() => readDurations(path)).toThrow(
      `${path} is no file of durations, such as { "a.test.ts": 1200 }: delete it, or name another (durations)`,
    );
  },
);

test('a run brings what it measured up to date, keeps the rest, and drops what the suite has no more', () => {
  const known = new Map([
    ['a', 1],
    ['b', 2],
    ['gone', 3],
  ]);
  const updated = updateDurations(
    known,
    new Map([
      ['b', 20.6],
      ['c', 30],
    ]),
    new Set(['a', 'b', 'c', 'd']),
  );
  expect(updated).toEqual(
    new Map([
      ['a', 1],
      ['b', 21],
      ['c', 30],
    ]),
  );
});

/** What the plugin makes of a config. */
function configured(options: Parameters<typeof hairpin>[0], test: object): Record<string, unknown> {
  const { config } = hairpin(options);
  if (typeof config !== 'function') throw new Error('the plugin has no config hook');
  const result = (config as (config: object) => { test: Record<string, unknown> })({ root: '/project', test });
  return result.test;
}

test('the plugin leaves a sequencer that the config names, and shuffling, alone', () => {
  expect(configured({}, {})).toHaveProperty('sequence.sequencer');
  expect(configured({}, { sequence: { shuffle: true } })).not.toHaveProperty('sequence');
  expect(configured({}, { sequence: { sequencer: class {} } })).not.toHaveProperty('sequence');
  expect(configured({}, {})).toMatchObject({
    provide: { hairpin: { durations: '/project/test-results/durations.json', results: '/project/test-results' } },
  });
  expect(configured({ durations: 'ci/times.json' }, {})).toMatchObject({
    provide: { hairpin: { durations: '/project/ci/times.json' } },
  });
  expect(() => hairpin({ durations: 3 as never })).toThrow("hairpin: durations must be a file's name: received 3");
});
