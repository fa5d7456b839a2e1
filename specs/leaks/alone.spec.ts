import { expect, test } from 'hairpin';
import { reportProject } from '../report/report-project.ts';

// host: vitest, on a project whose tests go wrong: a ── b in each
const TESTS = `import { expect, test as base } from 'hairpin';
const test = base.extend({ broken: async ({}, use) => { await use(); throw new Error('torn down badly'); } });
const build = (lab) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return { a, b };
};
const neighbour = (name) => test('passes ' + name, async ({ lab }) => {
  const { a, b } = build(lab);
  await expect(a).toReach(b);
  await expect(a).not.toReach('10.0.0.9', { because: 'lost' });
});
test('too many namespaces', ({ lab }) => {
  for (let made = 0; made < 200; made++) lab.namespace('n' + made);
});
neighbour('one');
test('a fixture that throws', async ({ broken, lab }) => {
  const { a, b } = build(lab);
  await expect(a).toReach(b);
});
neighbour('two');
test('never ends', { timeout: 2000 }, async ({ lab }) => {
  build(lab);
  await new Promise(() => {});
});
neighbour('three');
test('passes though the clock jumps', async ({ lab, onTestFinished }) => {
  const { a, b } = build(lab);
  const { now } = Date;
  onTestFinished(() => { Date.now = now; });
  let jump = 0;
  Date.now = () => now() + (jump = -2 * jump + 1e12);
  await expect(a).toReach(b);
  await expect(a).not.toReach('10.0.0.9', { because: 'lost' });
});
neighbour('four');`;

test('what goes wrong in a test, with 128 descriptors, goes wrong in no other', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'some.test.ts': TESTS });
  onTestFinished(project.remove);

  const { all } = await project.finish({ wrapper: ['sh', '-c', 'ulimit -n 128; exec "$@"', 'sh'] });

  const failed = [...all.matchAll(/FAIL {2}some\.test\.ts > (.*)\n(.*)/g)].map(([, name, error]) => [name, error]);
  expect(failed).toEqual([
    ['too many namespaces', expect.stringMatching(/^KernelError: .*: EMFILE \(too many open files\)$/)],
    ['a fixture that throws', 'Error: torn down badly'],
    ['never ends', 'TestTimeoutError: Test timed out in 2000ms.'],
  ]);
  expect(all).toContain('usual cause: this process is out of file descriptors (ulimit -n)');
  expect(all).toMatch(/Tests .*3 failed.*5 passed/);
});
