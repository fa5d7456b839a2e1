import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const MARK = 'hairpin-mutate-ignore';

/** Tells which lines of specs are not to be judged: those with the comment, and those right below it. */
export function ignoredLines(root: string): (file: string, line: string) => boolean {
  const known = new Map<string, string[]>();
  return (file, line) => {
    const lines = known.get(file) ?? readFileSync(resolve(root, file), 'utf8').split('\n');
    known.set(file, lines);
    const at = Number(line) - 1;
    return [lines[at], lines[at - 1]?.trim().startsWith('//') ? lines[at - 1] : ''].some((text) =>
      text?.includes(MARK),
    );
  };
}
