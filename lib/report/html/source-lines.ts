import { readTextFile } from '../read-file.ts';
import type { SourceLines } from './page-data.ts';

const AROUND = 4;
/** A bundled file may have all that it says on one line. */
const LONGEST = 400;

/** The lines around a place in a file. None if the file is not here: a blob may come from another machine. */
export function sourceLines(file: string, line: number): SourceLines | undefined {
  const all = linesOf(file);
  if (all[line - 1] === undefined) return undefined;
  const first = Math.max(1, line - AROUND);
  const lines = all.slice(first - 1, line + AROUND).map((text) => text.slice(0, LONGEST));
  // The end of the file's last line begins no line.
  if (lines.at(-1) === '' && first + lines.length > all.length) lines.pop();
  return { first, failing: line, lines };
}

function linesOf(file: string): string[] {
  try {
    return readTextFile(file).split(/\r?\n/);
  } catch {
    return [];
  }
}
