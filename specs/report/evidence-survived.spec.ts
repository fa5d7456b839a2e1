import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import type { AttemptMeta } from '../../lib/report/lab-meta.ts';
import { startVitest } from '../leaks/nested-vitest.ts';
import { runProject } from './evidence-project.ts';

// host: vitest, on tests whose questions fail and do not end them
//
// a, b, c ── sw
const TESTS = `import { afterAll, beforeAll, createLab, expect, test } from 'hairpin';
const build = (lab) => {
  const sw = lab.switch('sw');
  const [a, b, c] = ['a', 'b', 'c'].map((name) => lab.namespace(name));
  const [end, , other] = [a, b, c].map((each) => lab.cable(each, sw).a);
  return { a, b, c, end, other };
};
test('polled', async ({ lab }) => {
  const { a, b, c, end, other } = build(lab);
  end.set({ up: false });
  let asked = 0;
  const ask = () => { if (asked++ === 2) end.set({ up: true }); return a; };
  await expect.poll(ask, { timeout: 120_000 }).toReach(b, { within: 20 });
  other.set({ up: false });
  await expect(b).toReach(c, { within: 20 });
});
test('caught', async ({ lab }) => {
  const { a, b, end } = build(lab);
  end.set({ up: false });
  await expect(a).toReach(b, { within: 20 }).catch(() => {});
  throw new Error('of another kind');
});
test('survived', async ({ lab }) => {
  const { a, b, end } = build(lab);
  end.set({ up: false });
  await expect(expect(a).toReach(b, { within: 20 })).rejects.toThrow('toReach');
});
test.fails('wanted', async ({ lab }) => {
  const { a, b } = build(lab);
  await expect(a).not.toReach(b);
});
test('at once', async ({ lab }) => {
  const { a, b, c, other } = build(lab);
  other.set({ up: false });
  await Promise.all([expect(a).toReach(c, { within: 20 }), expect(b).toReach(c, { within: 20 })]);
});
test('two soft ones', async ({ lab }) => {
  const { a, b, c, other } = build(lab);
  other.set({ up: false });
  await expect.soft(a).toReach(c, { within: 20 });
  await expect(b).toReach(c, { within: 20 });
});
test('a lab of its own', async () => {
  await using lab = createLab();
  const { a, c, other } = build(lab);
  other.set({ up: MENDED });
  await expect(a).toReach(c, { within: 20 });
});
let shared;
beforeAll(() => { shared = createLab(); });
afterAll(() => shared.close());
let tries = 0;
test('answered when it is over', { retry: 1, timeout: 3_000 }, async () => {
  const { a, b } = tries === 0 ? (shared.net = build(shared)) : shared.net;
  if (tries++ === 0) shared.late = expect(a).toReach('10.0.0.77', { within: 4_500 }).catch(() => {});
  await (tries === 1 ? shared.late : Promise.all([shared.late, expect(a).toReach(b)]));
});`;

test('evidence is of the question that a test failed by', async ({ lab, onTestFinished }) => {
  const source = (mended: boolean) => TESTS.replace('MENDED', String(mended));
  const { root, results, folders, json, all } = await runProject(lab, '', source(false), onTestFinished);
  expect(folders.map((folder) => folder.replace(/^some\.test\.ts-|-[\da-f]{8}$/g, ''))).toEqual([
    ...['a-lab-of-its-own', 'at-once', 'caught', 'polled', 'two-soft-ones'],
  ]);
  const tests: { title: string; meta: { hairpin?: { attempts?: AttemptMeta[] } }; failureMessages?: string[] }[] =
    json.testResults[0].assertionResults;
  const failures = Object.fromEntries(
    tests.map(({ title, meta }) => [title, meta.hairpin?.attempts?.map(({ failure }) => failure?.question)]),
  );
  expect(failures).toEqual({
    polled: ['expect(b).toReach(c, { within: 20 })'],
    caught: [undefined],
    survived: [undefined],
    wanted: [undefined],
    'at once': [expect.stringMatching(/^expect\([ab]\)\.toReach\(c, \{ within: 20 \}\)$/)],
    'two soft ones': ['expect(a).toReach(c, { within: 20 })'],
    'a lab of its own': ['expect(a).toReach(c, { within: 20 })'],
    // What came late belongs to nobody.
    'answered when it is over': [undefined, undefined],
  });
  const read = (folder: string, file: string) => readFile(join(results, `some.test.ts-${folder}`, file), 'utf8');
  expect(await read('polled', 'lab.sh')).toContain('ip netns exec b ping -4');
  const state = await read('polled', 'state.txt');
  expect([state.includes('eth0@sw/p0  UP'), state.includes('eth0@sw/p2  DOWN')]).toEqual([true, true]);
  expect(await read('caught', 'lab.sh')).not.toContain('ping -4');
  expect(all).toMatch(/some\.test\.ts > caught\nCapture: test-results\/some\.test\.ts-caught\/lab\.pcapng /);
  const [polled] = tests.find(({ title }) => title === 'polled')?.failureMessages ?? [];
  expect(polled).toContain('\nCapture: test-results/some.test.ts-polled/lab.pcapng ');

  await writeFile(join(root, 'some.test.ts'), source(true));
  await startVitest(lab.namespace('again'), ['-t', 'a lab of its own'], { root });
  expect(await readdir(results)).toEqual(folders.filter((folder) => !folder.includes('a-lab-of-its-own')));
});

const LONG = `import { describe, expect, test } from 'hairpin';
describe('macvlan in VEPA mode behind a switch without reflective relay', () => {
  test('two children of the same parent do not reach each other until the port of the switch reflects frames, ${'and '.repeat(20)}', async ({ macvlanPair }) => {
    const { ns1, ns2 } = macvlanPair({ mode: 'vepa' });
    await expect(ns1).toReach(ns2, { within: 20 });
  });
});`;

test('a long name is no reason for evidence without a name', async ({ lab, onTestFinished }) => {
  const { folders, all } = await runProject(lab, '', LONG, onTestFinished);
  expect(folders).toHaveLength(1);
  expect(all).toContain(`Capture: test-results/${folders[0]}/lab.pcapng`);
  expect(all).toMatch(/❯ .*evidence$/m);
  expect(all).not.toContain('ENAMETOOLONG');
});
