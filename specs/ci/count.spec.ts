import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const COUNT = join(import.meta.dirname, '../../.ci/count.js');

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'count-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** What CI prints of some reports, and its exit code. */
function count(...words: string[]): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve) => {
    const program = execFile(process.execPath, [COUNT, ...words, '--'], (_, stdout, stderr) =>
      resolve({ code: program.exitCode ?? -1, lines: `${stdout}${stderr}`.trim().split('\n') }),
    );
  });
}

function report(file: string, status: string): string {
  const test = { status, fullName: 'it works', failureMessages: [] };
  const testResults = [{ name: '/x/specs/a.spec.ts', status, assertionResults: [test] }];
  writeFileSync(file, JSON.stringify({ testResults }));
  return file;
}

test('all that pass', async () => {
  const { code, lines } = await count(report(join(newFolder(), 'a.json'), 'passed'));
  expect({ code, lines }).toEqual({ code: 0, lines: ['1 passed, 0 failed, 0 skipped'] });
});

test.for(['', '{"testResults":[{'])('a report that a crash left, %j, counts as one failure', async (text) => {
  const folder = newFolder();
  const broken = join(folder, 'root.json');
  writeFileSync(broken, text);
  const { code, lines } = await count(report(join(folder, 'a.json'), 'passed'), broken);
  expect({ code, lines }).toEqual({
    code: 1,
    lines: [`failed: ${broken} is no whole report: vitest crashed`, '1 passed, 1 failed, 0 skipped'],
  });
});
