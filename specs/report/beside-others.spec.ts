import { expect, test } from 'hairpin';
import { reportProject } from './report-project.ts';

// host: vitest, with hairpin/reporter and others
const TESTS = `import { expect, test } from 'hairpin';
test('one', ({ lab }) => { lab.namespace('a'); });
test('two', () => { throw new Error('on purpose'); });`;

const count = (text: string, part: string) => text.split(part).length - 1;

test('beside another reporter for terminals it writes the page, and says but where', async ({
  lab,
  onTestFinished,
}) => {
  const project = await reportProject(lab, { 'some.test.ts': TESTS });
  onTestFinished(project.remove);
  const own = `--reporter=${project.reporter}`;
  const alone = await project.run(own);
  for (const other of ['default', 'verbose', 'tree', 'dot']) {
    const both = await project.run(own, `--reporter=${other}`);
    expect(count(both, 'on purpose'), both).toBe(count(await project.run(`--reporter=${other}`), 'on purpose'));
    expect(count(both, 'RUN ')).toBe(1);
    expect(both).not.toContain('alive for');
    // The failures, which go to the other output, may be printed in between.
    expect(both.trimEnd()).toMatch(/^ +Duration [\s\S]*\n +Report {2}test-results\/report\.html$/m);
  }
  expect(count(alone, 'RUN ')).toBe(1);
  expect(alone).toContain('Labs  1, alive for');
  // One for files alone does not tell anything.
  expect(await project.run(own, '--reporter=json', '--outputFile.json=report.json')).toContain('Labs  1, alive for');
});
