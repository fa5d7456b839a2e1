import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode } from '../../base/has-code.ts';
import { show, UsageError } from '../../base/validate.ts';
import { FAILURE_FILE, FAILURE_VERSION, type FailureFile } from '../lab-meta.ts';
import { readTextFile } from '../read-file.ts';
import { resultsFolder } from '../results.ts';
import { warn } from '../warn.ts';
import { failureText, filesLine } from './failure-text.ts';

/** The failure of a test, and the folder that has its files. */
export interface KeptFailure {
  folder: string;
  failure: FailureFile;
}

/** Every failure that the runs of a project have left. */
export function keptFailures(root: string): KeptFailure[] {
  const results = resultsFolder(root);
  if (!lstatSync(results, { throwIfNoEntry: false })?.isDirectory()) return [];
  return failureFilesIn(results).sort().flatMap(readOrWarn);
}

/** Not with `recursive` of Node, which follows links: two that lead back would never end. */
function failureFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return failureFilesIn(path);
      return entry.name === FAILURE_FILE ? [path] : [];
    });
  } catch (error) {
    // Another user's evidence.
    if (!hasCode(error, 'EACCES', 'ENOENT')) throw error;
    warn(error.message);
    return [];
  }
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
    return { folder: dirname(file), failure: checkFailure(file, JSON.parse(readTextFile(file))) };
  } catch (error) {
    // Of what is nested too deep the parser has no room on its stack.
    if (error instanceof SyntaxError || error instanceof RangeError)
      throw new UsageError(
        `${file} is no JSON: ${error.message}; name a folder of test-results, or the ${FAILURE_FILE} in it`,
      );
    if (hasCode(error, 'EACCES', 'ELOOP')) throw new UsageError(error.message);
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new UsageError(
      stats
        ? `${path} has no ${FAILURE_FILE}: no assertion of hairpin has failed there`
        : `there is no ${path}: name a folder of test-results`,
    );
  }
}

/**
 * Reads all failures at a path: those in any folder inside it, or that of one test.
 *
 * @throws UsageError where there is none
 */
export function failuresAt(path: string): KeptFailure[] {
  const isOfOneTest = existsSync(join(path, FAILURE_FILE)) || !statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const files = isOfOneTest ? [] : failureFilesIn(path);
  return files.length > 0 ? files.sort().flatMap(readOrWarn) : [readFailure(path)];
}

/** A failure as its assertion said it, below the name of its test. */
export function failureReport({ folder, failure }: KeptFailure): string {
  const { file, name, attempt, project } = failure.test;
  const tried = attempt > 1 ? ` (attempt ${attempt})` : '';
  const heading = `${project === undefined ? '' : `${project}  `}${file} > ${name}${tried}`;
  return [heading, '', failureText(failure), filesLine(folder, failure.files), ''].join('\n');
}

function checkFailure(file: string, read: unknown): FailureFile {
  const { version, ...failure } = asObject(read);
  if (version !== FAILURE_VERSION)
    throw new UsageError(
      `${file}: version must be ${FAILURE_VERSION}, which this hairpin reads: received ${showShort(version)}`,
    );
  if (!isPrintable(failure)) throw new UsageError(`${file} is not as schemas/failure.json says`);
  return read as FailureFile;
}

/** Whether all is there that a report is made of. */
function isPrintable({ question, lines, paths, files, test, hint, notes = [] }: Fields): boolean {
  const { file, name, attempt, project } = asObject(test);
  return (
    [question, file, name].every(isText) &&
    typeof attempt === 'number' &&
    [hint, project].every(isTextOrAbsent) &&
    [files, notes].every((list) => isListOf(list, isText)) &&
    isListOf(lines, (line) => {
      const { label, text } = asObject(line);
      return [label, text].every(isText);
    }) &&
    isListOf(paths, (path) => {
      const { of, packet, drawing } = asObject(path);
      return [of, packet].every(isText) && isTextOrAbsent(drawing);
    })
  );
}

type Fields = Partial<Record<string, unknown>>;

function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || isText(value);
}

function isListOf(value: unknown, isOne: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}

/** A version is a number: of all else it is enough to say what it is. */
function showShort(version: unknown): string {
  return typeof version === 'object' && version !== null ? 'an object' : show(version).slice(0, 40);
}
