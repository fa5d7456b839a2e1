import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { hasCode } from '../base/has-code.ts';
import { show, UsageError } from '../base/validate.ts';
import { readTextFile } from './read-file.ts';
import { resultsFolder } from './results.ts';

export const REPORT_FILE = 'report.html';

/** What every report says of itself in its head. */
export const REPORT_TITLE = '<title>hairpin report</title>';

/**
 * The path of a report.
 *
 * @param given the report, or its folder. @default the project's test-results
 * @throws UsageError if it has none
 */
export function findReport(given = resultsFolder(process.cwd())): string {
  const path = resolve(given);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const file = isFolder ? join(path, REPORT_FILE) : path;
  if (readReport(file, isFolder ? given : undefined).includes(REPORT_TITLE)) return file;
  throw new UsageError(`${file} is no report of hairpin: name the file that hairpin/reporter wrote, or its folder`);
}

function readReport(file: string, folder: string | undefined): string {
  try {
    return readTextFile(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new UsageError(
      `${folder === undefined ? `there is no ${file}` : `${show(folder)} has no ${REPORT_FILE}`}: run vitest with ` +
        `--reporter=hairpin/reporter, which writes test-results/${REPORT_FILE}, or name the folder that has a report`,
    );
  }
}
