import { expect, test } from 'hairpin';
import { mutateProject } from './mutate-project.ts';

// shell: hairpin mutate, on a project of three spec files
//
// a, c ── office        b, d ── guests
const BUILD = `export function build(lab) {
  const [office, guests] = [lab.switch('office'), lab.switch('guests')];
  const [a, c, b, d] = ['a', 'c', 'b', 'd'].map((name) => lab.namespace(name));
  for (const ns of [a, c]) lab.cable(ns, office);
  for (const ns of [b, d]) lab.cable(ns, guests);
  return { a, b, c, d };
}
export function isolate(lab) {
  const [sw, a, b, c] = [lab.switch('sw'), ...['a', 'b', 'c'].map((name) => lab.namespace(name))];
  for (const ns of [a, b, c]) lab.cable(ns, sw, { b: { isolated: ns !== c } });
  return { a, b, c };
}`;

// Everybody has a carrier wherever the cable leads; whom c answers may be isolated from b, or c itself.
const WEAK = `import { expect, test } from 'hairpin';
import { build, isolate } from './build.ts';
test('everybody is plugged in', ({ lab }) => {
  for (const host of Object.values(build(lab))) expect(host.interface().state().carrier).toBe(true);
});
test('a guest reaches the router', async ({ lab }) => {
  const { a, c } = isolate(lab);
  await expect(a).toReach(c);
});`;

const SOUND = `import { expect, test } from 'hairpin';
import { build, isolate } from './build.ts';
test('two networks', async ({ lab }) => {
  const { a, b, c, d } = build(lab);
  await expect(a).toReach(c);
  await expect(b).toReach(d);
});
test('guests reach the router alone', async ({ lab }) => {
  isolate(lab);
  await expect(lab).toMatchReachability('a b c\\na . ✗ ✓\\nb ✗ . ✓\\nc ✓ ✓ .');
});`;

test('a spec that does not look where the cables lead is found, and one that does notices all', async ({
  lab,
  onTestFinished,
}) => {
  const files = { 'weak.test.ts': WEAK, 'sound.test.ts': SOUND, 'build.ts': BUILD };
  const { stdout, stderr } = await mutateProject(lab, files, ['--json'], onTestFinished);
  expect(stderr).toBe('');
  const { vacuous, survivors } = JSON.parse(stdout) as {
    vacuous: unknown[];
    survivors: { file: string; lines: string[]; what: string; tests: string[] }[];
  };
  expect(vacuous).toEqual([]);
  expect(survivors.filter(({ file }) => file === 'sound.test.ts')).toEqual([]);
  const swaps = survivors.filter(({ what }) => what.endsWith(': cables swapped'));
  expect(swaps.map(({ what, tests }) => [what, ...tests])).toEqual([
    ['office/p0 ↔ guests/p0: cables swapped', 'everybody is plugged in'],
    ['office/p1 ↔ guests/p1: cables swapped', 'everybody is plugged in'],
    ['sw/p0 ↔ sw/p2: cables swapped', 'a guest reaches the router'],
  ]);
});
