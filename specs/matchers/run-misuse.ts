import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';

/** What vitest's JSON reporter says of a test. */
interface Result {
  title: string;
  status: string;
  failureMessages: string[];
}

/** Runs a file of specs/matchers/misuse, whose tests are wrong on purpose. Returns what vitest says of each. */
export async function runMisuse(
  lab: Lab,
  name: string,
  onTestFinished: (clean: () => Promise<void>) => void,
): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-misuse-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.json');
  await startVitest(lab.namespace('host'), [
    ...[`misuse/${name}.ts`, '--config', 'specs/matchers/misuse/vitest.config.ts', '--testTimeout=60000'],
    ...['--reporter=json', `--outputFile=${file}`],
  ]);
  const report: { testResults: { assertionResults: Result[] }[] } = JSON.parse(await readFile(file, 'utf8'));
  return report.testResults.flatMap(({ assertionResults }) => assertionResults);
}
