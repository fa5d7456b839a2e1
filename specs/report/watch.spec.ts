import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Subprocess, test } from 'hairpin';
import { OWN, printedBy } from '../cli/on-terminal.ts';
import { ROOT } from '../doc-samples.ts';
import { type ReportProject, readReport, reportProject } from './report-project.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const PASSES = "import { expect, test } from 'hairpin';\ntest('passes', () => expect(1).toBe(1));\n";
const ADDED = "test('is new', () => expect(1).toBe(1));\n";

// host: vitest, which watches three files
test('after a rerun of one file the report still has the others, but for one that is gone', async ({
  lab,
  onTestFinished,
}) => {
  const files = {
    'one.test.ts': PASSES,
    'other.test.ts': PASSES.replace('toBe(1)', 'toBe(2)'),
    'gone.test.ts': PASSES,
  };
  const project = await reportProject(lab, files);
  onTestFinished(project.remove);
  const vitest: Subprocess = project.host.exec(process.execPath, [VITEST, '--watch', '--no-cache'], {
    ...OPTIONS,
    cwd: project.root,
  });
  const printed = printedBy(vitest);
  await printed.until('Report');
  expect(await listed(project)).toEqual([
    'gone.test.ts passes passed',
    'one.test.ts passes passed',
    'other.test.ts passes failed',
  ]);
  await printed.until('for file changes');

  await rm(join(project.root, 'gone.test.ts'));
  await appendFile(join(project.root, 'one.test.ts'), ADDED);

  await printed.until('Report');
  expect(await listed(project)).toEqual([
    'one.test.ts passes passed',
    'one.test.ts is new passed',
    'other.test.ts passes failed',
  ]);
  vitest.kill();
  await vitest;
});

const OPTIONS = { env: { ...OWN, CI: '' }, reject: false, all: true };

async function listed(project: ReportProject): Promise<string[]> {
  const [, json = ''] = /id="index">(.*?)<\/script>/.exec(await readReport(project)) ?? [];
  const { tests } = JSON.parse(json) as { tests: { file: string; names: string[]; state: string }[] };
  return tests.map(({ file, names, state }) => [file, ...names, state].join(' '));
}
