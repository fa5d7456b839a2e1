import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vitestCommand } from '../lib/machines/vitest-program.ts';
import type { Judgement } from './selftest-script.ts';
import type { Verdict } from './selftest-verdicts.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = 'specs/selftests';
const ENDING = '.spec.ts';

/** What is read of vitest's JSON report. */
interface JsonReport {
  testResults: {
    name: string;
    message: string;
    assertionResults: { title: string; status: string; duration?: number | null }[];
  }[];
}

/** The names of the scripts that there are specs for. */
export function scriptsWithSpecs(): string[] {
  return readdirSync(join(ROOT, FOLDER))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => basename(name, ENDING));
}

/**
 * Runs the specs of these scripts, all in one run of vitest, one file after another. The time of a spec is that of its tests.
 *
 * @throws Error with vitest's output where it has left no report
 */
export async function runSpecs(names: readonly string[]): Promise<Map<string, Judgement>> {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-selftests-'));
  try {
    const report = join(folder, 'report.json');
    const [node = '', ...vitest] = vitestCommand(ROOT);
    const files = names.map((name) => `${FOLDER}/${name}${ENDING}`);
    const args = ['run', '--maxWorkers=1', '--reporter=json', `--outputFile.json=${report}`, ...files];
    const output = await new Promise<string>((resolve) =>
      execFile(node, [...vitest, ...args], { cwd: ROOT, maxBuffer: 2 ** 26 }, (_, out, err) => resolve(out + err)),
    );
    return new Map(readReport(report, output).testResults.map((file) => [basename(file.name, ENDING), judge(file)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readReport(file: string, output: string): JsonReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`vitest left no report:\n${output}`, { cause });
  }
}

function judge({ assertionResults, message }: JsonReport['testResults'][number]): Judgement {
  const verdicts = new Map(assertionResults.map(({ title, status }) => [title, verdictOf(status)]));
  const time = assertionResults.reduce((sum, { duration }) => sum + (duration ?? 0), 0);
  return { verdicts, time, why: verdicts.size === 0 ? message : undefined };
}

function verdictOf(status: string): Verdict {
  return status === 'passed' ? 'pass' : status === 'failed' ? 'fail' : 'skip';
}
