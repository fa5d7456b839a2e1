import { expect, test } from 'vitest';
import { checkRatios, LIMIT, MEASUREMENTS, recordRatios } from '../../bench/check.ts';
import { parseBaseline, type Ratios, ratiosOf } from '../../bench/ratios.ts';

const [NAME, OTHER] = ['hairpin / ping -c1', 'hairpin, tcp / ping -c1'];

/** What a check says of measurements that come one after another, and how many it has taken. */
async function check(baseline: Ratios, measurements: readonly Ratios[], quick = false) {
  let taken = 0;
  const verdict = await checkRatios({
    ...{ benchmark: 'reach', baseline, quick, progress: () => {} },
    measure: async () => measurements[Math.min(taken++, measurements.length - 1)] ?? {},
  });
  return { ...verdict, taken };
}

test('a slow-down beyond the limit fails, with the benchmark, the ratio then and now, and the command', async () => {
  const slow = [{ [NAME]: 0.42 }, { [NAME]: 0.4 }, { [NAME]: 0.444 }];
  const { worse, taken } = await check({ [NAME]: 0.25 }, slow);
  expect(taken).toBe(MEASUREMENTS);
  expect(worse).toEqual([
    'reach: hairpin / ping -c1 was 0.250, and is 0.420, 0.400, 0.444: at least 60 % more in each of 3 measurements\n' +
      '  Alone: npm run bench -- --check reach',
  ]);
});

test('noise within the limit passes, and nothing is measured again', async () => {
  const { worse, lines, taken } = await check({ [NAME]: 0.25 }, [{ [NAME]: 0.25 * LIMIT }]);
  expect(worse).toEqual([]);
  expect(lines).toEqual(['reach: hairpin / ping -c1: 0.250 → 0.325']);
  expect(taken).toBe(1);
});

test('a measurement beyond the limit counts only if it comes again', async () => {
  const { worse, taken } = await check({ [NAME]: 0.25 }, [{ [NAME]: 3 }, { [NAME]: 0.4 }, { [NAME]: 0.26 }]);
  expect(worse).toEqual([]);
  expect(taken).toBe(3);
});

test('each ratio has its own measurements within the limit', async () => {
  const baseline = { [NAME]: 0.25, [OTHER]: 0.5 };
  const { worse, taken } = await check(baseline, [
    { [NAME]: 1, [OTHER]: 0.5 },
    { [NAME]: 0.25, [OTHER]: 2 },
  ]);
  expect(worse).toEqual([]);
  expect(taken).toBe(2);
});

test('what got faster passes', async () => {
  expect((await check({ [NAME]: 0.25 }, [{ [NAME]: 0.01 }])).worse).toEqual([]);
});

test('a recorded ratio that is not measured any more fails; with --quick, which leaves peers out, it is said', async () => {
  const baseline = { [NAME]: 0.25, [OTHER]: 0.5 };
  const full = await check(baseline, [{ [NAME]: 0.25 }]);
  expect(full.worse).toEqual([
    `reach: ${OTHER} is recorded, and was not measured. To record again: npm run bench -- --record reach`,
  ]);
  const quick = await check(baseline, [{ [NAME]: 0.25 }], true);
  expect(quick).toMatchObject({ worse: [], notes: [`reach: ${OTHER} is recorded, and was not measured with --quick`] });
});

test('a ratio that is not recorded is said, and fails nothing', async () => {
  const { worse, notes } = await check({ [NAME]: 0.25 }, [{ [NAME]: 0.25, [OTHER]: 9 }]);
  expect(worse).toEqual([]);
  expect(notes).toEqual([`reach: ${OTHER} is not recorded: npm run bench -- --record reach`]);
});

test('a measurement that came to nothing does not pass', async () => {
  expect((await check({ [NAME]: 0.25 }, [{ [NAME]: Number.NaN }])).worse).toHaveLength(1);
});

test('what is recorded is the middle of three measurements', async () => {
  const measurements = [0.3333, 9, 0.1];
  expect(await recordRatios(async () => ({ [NAME]: measurements.shift() ?? 0 }))).toEqual({ [NAME]: 0.333 });
});

test('a ratio is one of medians in a group; a figure whose peer was left out has none', () => {
  const summary = (median: number) => ({ median, p95: 0, p99: 0, min: 0, max: 0, runs: 1 });
  const figure = (group: string, name: string, median: number, peer?: string) => ({
    ...{ group, name, unit: 'ms', summary: summary(median) },
    ...(peer === undefined ? {} : { peer }),
  });
  const figures = [
    figure('one', 'hairpin', 2, 'ip'),
    figure('one', 'ip', 8),
    figure('other', 'hairpin', 3, 'ping'),
    figure('third', 'ping', 1),
  ];
  expect(ratiosOf({ title: '', notes: [], figures })).toEqual({ 'hairpin / ip': 0.25 });
});

test.for(['', '[]', '{"reach":3}', '{"reach":{"a / b":"0.2"}}', '{"reach":{"a / b":0}}', 'null'])(
  'a baseline %j is refused',
  (text) => {
    expect(() => parseBaseline(text)).toThrow();
  },
);
