import { join, relative } from 'node:path';
import type { FailureMeta, PathMeta } from '../lab-meta.ts';

/** What the message of a failure is made of. */
export type FailureWords = Pick<FailureMeta, 'question' | 'lines' | 'hint' | 'notes'> & {
  paths: readonly Pick<PathMeta, 'of' | 'packet' | 'drawing'>[];
};

/** The message of a failure, at the failing line and in `hairpin explain`. Labels in a column, colons aligned. */
export function failureText({ question, lines, paths, hint, notes = [] }: FailureWords): string {
  const width = lines.reduce((longest, { label }) => Math.max(longest, label.length), 0) + 1;
  const body = lines.map(
    ({ label, text }) => `${`${label}:`.padEnd(width)}  ${text.replaceAll(/\n(?=.)/g, `\n${' '.repeat(width + 2)}`)}`,
  );
  const drawn = paths.flatMap(pathLines);
  // The hint belongs to the path above it, where there is one.
  const advice = hint ? [...(drawn.length > 0 ? [] : ['']), `Hint: ${hint}`] : [];
  return [question, '', ...body, ...drawn, ...advice, ...notes].join('\n');
}

function pathLines({ of, packet, drawing }: FailureWords['paths'][number]): string[] {
  if (drawing === undefined) return [];
  return ['', `Path of ${of} (${packet}):`, ...drawing.split('\n').map((line) => `  ${line}`)];
}

/** Where the files of a failure are, seen from where hairpin runs. */
export function filesLine(folder: string, files: readonly string[]): string {
  const labels = { 'lab.pcapng': 'Capture', 'lab.sh': 'Reproduce', 'daemons.txt': 'Daemons', 'frr.txt': 'Routers' };
  return Object.entries(labels)
    .filter(([name]) => files.includes(name))
    .map(([name, label]) => `${label}: ${relative(process.cwd(), join(folder, name))}`)
    .join('   ');
}
