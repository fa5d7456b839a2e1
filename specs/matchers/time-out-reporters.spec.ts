import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { readReport, reportProject } from '../report/report-project.ts';

const TESTS = `import { beforeEach, describe, expect, test } from 'hairpin';
test('waits', async ({ lab }) => {
  await lab.namespace('a').exec('sleep', ['1001']);
});
describe('in a hook', () => {
  test.beforeEach(async ({ lab }) => {
    await lab.namespace('a').exec('sleep', ['1002']);
  });
  test('never runs', () => {});
});
`;

// host: vitest, on a project whose tests wait for ever
test('every reporter has it, of a test and of a hook', async ({ lab, onTestFinished }) => {
  const project = await reportProject(lab, { 'waits.test.ts': TESTS });
  onTestFinished(project.remove);
  const file = join(project.root, 'report.json');
  const printed = await project.run(
    ...['--testTimeout=3000', '--hookTimeout=3000', '--reporter=default', '--reporter=json', `--outputFile=${file}`],
    `--reporter=${project.reporter}`,
  );
  const report: { testResults: { assertionResults: { failureMessages: string[] }[] }[] } = JSON.parse(
    await readFile(file, 'utf8'),
  );
  const failures = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ failureMessages }) => failureMessages),
  );
  for (const [kind, seconds, line] of [
    ['Test', 1001, 3],
    ['Hook', 1002, 7],
  ] as const) {
    const words = `It was waiting for\n  a.exec('sleep', ['${seconds}']) at waits.test.ts:${line}:`;
    expect(failures).toContainEqual(
      expect.stringMatching(new RegExp(`^${kind}TimeoutError: ${kind} timed out in 3000ms`)),
    );
    expect(failures).toContainEqual(expect.stringContaining(words));
    expect(printed).toContain(words);
    expect(printed).toMatch(new RegExp(`❯ waits\\.test\\.ts:${line}:`));
    expect(await readReport(project)).toContain(`a.exec('sleep', ['${seconds}']) at waits.test.ts:${line}:`);
  }
});
