import { alignColumns } from '../base/align-columns.ts';
/** A line of `hairpin modes --json`: a question, and what a kernel answers. */
export interface ModesAnswer {
  ns1: string;
  ns2: string | null;
  hairpin: boolean;
  from: string;
  to: string;
  kind: string;
  copies: number;
}

export interface ModesDifference {
  question: string;
  /** Copies that arrive, kernel by kernel; undefined where one was not asked. */
  copies: (number | undefined)[];
}

/** The questions that not all kernels answer alike, in the order of the first. */
export function compareModes(answers: readonly (readonly ModesAnswer[])[]): ModesDifference[] {
  const tables = answers.map((rows) => new Map(rows.map((row) => [questionOf(row), row.copies])));
  const questions = new Set(tables.flatMap((table) => [...table.keys()]));
  return [...questions]
    .map((question) => ({ question, copies: tables.map((table) => table.get(question)) }))
    .filter(({ copies }) => new Set(copies).size > 1);
}

/** The differences as a table with a column for each kernel. */
export function formatDifferences(
  names: readonly string[],
  differences: readonly ModesDifference[],
  questions: number,
): string {
  if (differences.length === 0) return `${names.join(' and ')} answer all ${questions} questions alike.\n`;
  const rows = [
    ['question', ...names],
    ...differences.map(({ question, copies }) => [question, ...copies.map((count) => String(count ?? 'not asked'))]),
  ];
  return `${alignColumns(rows).join('\n')}\n\n${names.join(' and ')} differ on ${differences.length} of ${questions} questions (copies that arrive).\n`;
}

function questionOf({ ns1, ns2, hairpin, from, to, kind }: ModesAnswer): string {
  return `${ns1}, ${ns2 ?? '–'}, ${hairpin ? 'hairpin' : 'plain'}: ${from} → ${to}, ${kind}`;
}
