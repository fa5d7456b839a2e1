import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../lib/report/lock-folder.ts';
import { recordedOf } from '../../lib/report/runs/run-outcomes.ts';
import { addRun, type RunOutcomes, readStability, type Stability, withRun } from '../../lib/report/runs/stability.ts';

const SUITE = new Set(['a.test.ts', 'b.test.ts']);
const LIMITS = { suite: SUITE, most: 5 };

type Plain = Record<string, Record<string, Record<string, string>>>;

function stability(plain: Plain): Stability {
  const maps = Object.entries(plain).map(([kernel, files]): [string, Map<string, Map<string, string>>] => [
    kernel,
    new Map(Object.entries(files).map(([file, tests]) => [file, new Map(Object.entries(tests))])),
  ]);
  return new Map(maps);
}

function plain(record: Stability): Plain {
  return Object.fromEntries(
    [...record].map(([kernel, files]) => [
      kernel,
      Object.fromEntries([...files].map(([file, tests]) => [file, Object.fromEntries(tests)])),
    ]),
  );
}

const run = (id: string, outcome = 'P', kernel = '6.1'): RunOutcomes => ({
  id,
  outcomes: stability({ [kernel]: { 'a.test.ts': { reaches: outcome } } }),
});

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stability-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'record', 'stability.json');
}

test('a run is added behind those before it; of each test the last outcomes are kept', () => {
  const known = stability({ '6.1': { 'a.test.ts': { reaches: 'PPPPF', hears: 'R' } } });
  const added = withRun(known, stability({ '6.1': { 'a.test.ts': { reaches: 'R', hears: 'P' } } }), LIMITS);
  expect(plain(added)).toEqual({ '6.1': { 'a.test.ts': { reaches: 'PPPFR', hears: 'RP' } } });
});

test('what did not run keeps what it had: a skipped test, a file that was not asked for, another kernel', () => {
  const known = stability({
    '6.1': { 'a.test.ts': { reaches: 'P' }, 'b.test.ts': { hears: 'F' } },
    '6.12': { 'a.test.ts': { reaches: 'F' } },
  });
  const added = withRun(known, stability({ '6.1': { 'a.test.ts': { reaches: '', sees: '' } } }), LIMITS);
  expect(plain(added)).toEqual(plain(known));
});

test('a test that its file does not have any more goes, and a file that the suite does not have', () => {
  const known = stability({ '6.1': { 'a.test.ts': { gone: 'PP', reaches: 'P' }, 'gone.test.ts': { any: 'P' } } });
  const added = withRun(known, run('x').outcomes, LIMITS);
  expect(plain(added)).toEqual({ '6.1': { 'a.test.ts': { reaches: 'PP' } } });
});

test('of kernels the twenty that ran last are kept', () => {
  let record: Stability = new Map();
  const kernels = Array.from({ length: 25 }, (_, number) => `6.${number}`);
  for (const kernel of ['6.3', ...kernels, '6.6']) record = withRun(record, run('x', 'P', kernel).outcomes, LIMITS);
  expect([...record.keys()]).toEqual([...kernels.slice(5).filter((kernel) => kernel !== '6.6'), '6.6']);
});

test('a record is written and read again, whatever a test is called', async () => {
  const path = place();
  const names = ['__proto__', 'constructor', '</script>', 'ü "x" \u{1f41f}'];
  const outcomes = new Map([['6.1', new Map([['a.test.ts', new Map(names.map((name) => [name, 'P']))]])]]);
  await addRun(path, { id: 'one', outcomes }, LIMITS);
  await addRun(path, { id: 'two', outcomes }, LIMITS);
  const tests = readStability(path).outcomes.get('6.1')?.get('a.test.ts');
  expect([...(tests ?? [])]).toEqual(names.map((name) => [name, 'PP']));
});

test('a run that is merged again counts once', async () => {
  const path = place();
  for (const id of ['one', 'two', 'one']) await addRun(path, run(id), LIMITS);
  expect(plain(readStability(path).outcomes)).toEqual({ '6.1': { 'a.test.ts': { reaches: 'PP' } } });
});

test('the file does not grow without end', async () => {
  const path = place();
  for (let number = 0; number < 210; number++) await addRun(path, run(`run-${number}`), LIMITS);
  const { runs, outcomes } = readStability(path);
  expect([runs.length, runs.at(-1), plain(outcomes)]).toEqual([
    200,
    'run-209',
    { '6.1': { 'a.test.ts': { reaches: 'PPPPP' } } },
  ]);
});

test.for([
  '',
  'no JSON',
  'null',
  '[]',
  '{"name":"some-package","version":"1.0.0"}',
  '{"version":2,"runs":[],"outcomes":{}}',
  '{"version":1,"runs":[],"outcomes":{"6.1":{"a.test.ts":{"reaches":"PXP"}}}}',
  '{"version":1,"runs":[],"outcomes":{"6.1":{"a.test.ts":["P"]}}}',
  '{"version":1,"runs":[3],"outcomes":{}}',
])('a file that is no record is refused, and stays as it is: %j', async (text) => {
  const path = place();
  mkdirSync(join(path, '..'));
  writeFileSync(path, text);
  await expect(addRun(path, run('x'), LIMITS)).rejects.toThrow(
    `${path} is no record of stability of this version of hairpin: delete it, or name another file (stability)`,
  );
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a folder in its place is refused, and a link is not followed', async () => {
  const folder = place();
  mkdirSync(folder, { recursive: true });
  await expect(addRun(folder, run('x'), LIMITS)).rejects.toThrow('must be a regular file');
  const path = place();
  mkdirSync(join(path, '..'));
  const target = join(path, '..', 'target.json');
  writeFileSync(target, '{"version":1,"runs":[],"outcomes":{}}');
  symlinkSync(target, path);
  await addRun(path, run('x'), LIMITS);
  expect(readFileSync(target, 'utf8')).toBe('{"version":1,"runs":[],"outcomes":{}}');
});

test('runs of several processes that end at once are all in the record, and nothing is left beside it', async () => {
  const path = place();
  const source = fileURLToPath(new URL('../../lib/report/runs/stability.ts', import.meta.url));
  const program = `import { addRun } from ${JSON.stringify(source)};
    const [path, id] = process.argv.slice(1);
    for (let turn = 0; turn < 10; turn++) {
      const outcomes = new Map([['6.1', new Map([['a.test.ts', new Map([['reaches', 'P']])]])]]);
      await addRun(path, { id: id + turn, outcomes }, { suite: new Set(['a.test.ts']), most: 1000 });
    }`;
  await Promise.all(
    ['a', 'b', 'c', 'd'].map((id) => execa(process.execPath, ['--input-type=module', '-e', program, path, id])),
  );
  const { runs, outcomes } = readStability(path);
  expect([new Set(runs).size, outcomes.get('6.1')?.get('a.test.ts')?.get('reaches')]).toEqual([40, 'P'.repeat(40)]);
  expect(readdirSync(join(path, '..'))).toEqual(['stability.json']);
});

test('a run waits for another that has the record', async () => {
  const path = place();
  mkdirSync(join(path, '..'));
  const lock = lockFolder(join(path, '..'));
  expect(lock).toBeDefined();
  const added = addRun(path, run('x'), LIMITS);
  await new Promise((resolve) => setImmediate(resolve));
  expect(readdirSync(join(path, '..'))).toEqual([]);
  lock?.[Symbol.dispose]();
  expect(plain(await added)).toEqual({ '6.1': { 'a.test.ts': { reaches: 'P' } } });
});

test('a test is told of on its own kernel first, then on the one that ran last', () => {
  const record = stability({
    '6.1': { 'a.test.ts': { reaches: 'P' } },
    '6.12': { 'a.test.ts': { reaches: 'F' } },
    '6.18': { 'a.test.ts': { reaches: 'R' } },
    '6.19': { 'a.test.ts': { other: 'R' } },
  });
  expect(recordedOf(record, { kernel: '6.1', file: 'a.test.ts', test: 'reaches' })).toEqual([
    ['6.1', 'P'],
    ['6.18', 'R'],
    ['6.12', 'F'],
  ]);
});
