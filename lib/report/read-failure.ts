import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasCode } from '../kernel/has-code.ts';
import { show, UsageError } from '../kernel/validate.ts';
import { FAILURE_FILE } from './evidence.ts';
import { failureText, filesLine } from './failure-text.ts';
import { FAILURE_VERSION, type FailureFile } from './lab-meta.ts';
import { resultsFolder } from './results.ts';
import { warn } from './warn.ts';

/** The failure of a test, and the folder that has its files. */
export interface KeptFailure {
  folder: string;
  failure: FailureFile;
}

/** Every failure that the runs of a project have left. */
export function keptFailures(root: string): KeptFailure[] {
  const results = resultsFolder(root);
  if (!lstatSync(results, { throwIfNoEntry: false })?.isDirectory()) return [];
  const files = readdirSync(results, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => basename(file) === FAILURE_FILE)
    .sort()
    .flatMap((file) => readOrWarn(join(results, file)));
}

/** A file that another version wrote, or that was cut off, hides no other. */
function readOrWarn(file: string): KeptFailure[] {
  try {
    return [readFailure(file)];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    warn(error.message);
    return [];
  }
}

/**
 * Reads the failure of a test.
 *
 * @param path the folder of the test, or the file itself
 * @throws UsageError for anything else
 */
export function readFailure(path: string): KeptFailure {
  const stats = statSync(path, { throwIfNoEntry: false });
  const file = stats?.isDirectory() ? join(path, FAILURE_FILE) : path;
  try {
    return { folder: dirname(file), failure: checkFailure(file, JSON.parse(readFileSync(file, 'utf8'))) };
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file} is no JSON: ${error.message}`);
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new UsageError(
      stats
        ? `${path} has no ${FAILURE_FILE}: that test failed otherwise than by an assertion of hairpin`
        : `there is no ${path}: name a folder of test-results`,
    );
  }
}

/** A failure as its assertion said it, below the name of its test. */
export function failureReport({ folder, failure }: KeptFailure): string {
  const { file, name, attempt, project } = failure.test;
  const tried = attempt > 1 ? ` (attempt ${attempt})` : '';
  const heading = `${project === undefined ? '' : `${project}  `}${file} > ${name}${tried}`;
  return [heading, '', failureText(failure), filesLine(folder, failure.files), ''].join('\n');
}

function checkFailure(file: string, read: unknown): FailureFile {
  const { version, question, lines, paths, files, test } = Object(read) as Partial<FailureFile>;
  if (version !== FAILURE_VERSION)
    throw new UsageError(
      `${file}: version must be ${FAILURE_VERSION}, which this hairpin reads: received ${show(version)}`,
    );
  const isWhole = typeof question === 'string' && [lines, paths, files].every(Array.isArray) && test !== undefined;
  if (!isWhole) throw new UsageError(`${file} is not as schemas/failure.json says`);
  return read as FailureFile;
}
