import { expect, test } from 'hairpin';
import { mutateProject } from './mutate-project.ts';

// shell: hairpin mutate, on a project of three spec files
//
// a ── sw ── b
const VACUOUS = `import { expect, test } from 'hairpin';
function build(lab, port = {}) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const ports = [a, b].map((ns) => lab.cable(ns, sw, { b: port }).b);
  return { a, b, ports };
}
test('looks at no exit code', async ({ lab }) => {
  const { a } = build(lab);
  await a.exec('ping', ['-c1', '-W0.1', '10.0.0.2'], { reject: false });
});
test('swallows the failure', async ({ lab }) => {
  const { a, b } = build(lab);
  await expect(a).toReach(b, { within: 50 }).catch(() => {});
});
test('asks nothing', ({ lab }) => {
  build(lab);
});
// hairpin-mutate-ignore: known
test('is ignored', ({ lab }) => {
  build(lab);
});`;

// What the negatives below pass for: that nobody answers, whoever is asked; a sibling that is down.
const WEAK = `import { expect, test } from 'hairpin';
test('isolated hosts do not talk, said of an address that nobody has', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
  await expect(a).not.toReach('10.0.0.99', { because: 'lost' });
});
test('a reflecting port, after the last question', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, switchPort } = macvlanPair({ mode: 'vepa' });
  await expect(ns1).toReach(gateway);
  await expect(ns1).not.toReach(ns2);
  switchPort.set({ hairpin: true });
});`;

const GOOD = `import { expect, test } from 'hairpin';
import { build } from './build.ts';
test('b and c are isolated', async ({ lab }) => {
  const [, port] = build(lab);
  await expect(lab).toMatchReachability('a b c\\na . ✓ ✓\\nb ✓ . ✗\\nc ✓ ✗ .');
  port.set({ isolated: false });
  await expect(lab).toMatchReachability('b c\\nb . ✓\\nc ✓ .');
});
test.for([false, true])('bridge children need no reflection: hairpin %s', async (hairpin, { macvlanPair }) => {
  const { ns1, ns2, switchPort } = macvlanPair({ mode: 'bridge', hairpin });
  await expect(ns1).toReach(ns2, { notThrough: switchPort });
});`;

const BUILD = `export function build(lab) {
  const [sw, a, b, c] = [lab.switch('sw'), ...['a', 'b', 'c'].map((name) => lab.namespace(name))];
  return [a, b, c].map((ns) => lab.cable(ns, sw, { b: { isolated: ns !== a } }).b);
}`;

test('planted vacuous specs are found, with the knob and its line; of good ones nothing is said', async ({
  lab,
  onTestFinished,
}) => {
  const files = { 'vacuous.test.ts': VACUOUS, 'weak.test.ts': WEAK, 'good.test.ts': GOOD, 'build.ts': BUILD };
  const { exitCode, stdout, stderr } = await mutateProject(lab, files, ['--json'], onTestFinished);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  const { vacuous, unmoved, survivors, refusals, score, threshold } = JSON.parse(stdout);
  expect({ refusals, threshold }).toEqual({ refusals: [], threshold: 0 });
  expect(score).toBeLessThan(100);
  expect(vacuous).toEqual([
    { file: 'vacuous.test.ts', line: 7, name: 'looks at no exit code', mutants: 4 },
    { file: 'vacuous.test.ts', line: 11, name: 'swallows the failure', mutants: 4 },
    { file: 'vacuous.test.ts', line: 15, name: 'asks nothing', mutants: 4 },
  ]);
  expect(unmoved).toEqual([
    { file: 'weak.test.ts', line: 2, name: 'isolated hosts do not talk, said of an address that nobody has' },
  ]);
  const lines = survivors.map(
    (each: { file: string; lines: string[]; what: string }) => `${each.file}:${each.lines} ${each.what}`,
  );
  expect(lines.toSorted()).toEqual([
    'vacuous.test.ts:4 a/eth0: addresses withdrawn',
    'vacuous.test.ts:4 a/eth0–sw/p0: unplugged',
    'vacuous.test.ts:4 b/eth0: addresses withdrawn',
    'vacuous.test.ts:4 b/eth0–sw/p1: unplugged',
    'weak.test.ts:11 sw/p0.set({ hairpin: true }): not done',
    'weak.test.ts:4 b/eth0: addresses withdrawn',
    'weak.test.ts:4 b/eth0–sw/p1: unplugged',
    'weak.test.ts:4 sw/p0: isolated on → off',
    'weak.test.ts:4 sw/p1: isolated on → off',
  ]);
});
