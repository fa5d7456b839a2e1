import { expect, test } from 'hairpin';
import { readReport, reportProject } from './report-project.ts';

const TESTS = `import { expect, test } from 'hairpin';
const net = (lab) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return [a, b];
};
test('waits for neither', async ({ lab }) => {
  const [a, b] = net(lab);
  [a, b].forEach(async (each) => {
    await expect(each).not.toReach('10.0.0.1');
  });
});
test('one of two ends it', async ({ lab }) => {
  const [a, b] = net(lab);
  await Promise.all([expect(a).not.toReach(b), expect(b).not.toReach(a)]);
});`;

// host: vitest, on assertions that fail behind the end of their test
test('an assertion that nobody waited for is shown at the line of the spec', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'some.test.ts': TESTS });
  onTestFinished(project.remove);
  const printed = await project.run();
  expect(printed).toContain('Unhandled Rejection');
  expect(printed).not.toContain('could not attach');
  const page = await readReport(project);
  expect(page).toContain('some.test.ts:10:');
  expect(page).not.toMatch(/"at":"[^"]*node_modules\/vitest/);
});
