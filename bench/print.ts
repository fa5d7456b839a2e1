import type { Figure, Report } from './measure.ts';

/** A report as a plain table. */
export function formatReport({ title, notes, figures, tables = [], markdown }: Report): string {
  const lines = [title, '='.repeat(title.length), ...notes.map((note) => `- ${note}`)];
  for (const [group, members] of Map.groupBy(figures, (figure) => figure.group)) {
    const ours = members.find((figure) => figure.isOurs);
    const judged = members.some((figure) => figure.wrong !== undefined);
    const rows = members.map((figure) => (judged ? judgedRowOf(figure) : rowOf(figure, ours)));
    const heading = judged
      ? [group, 'count', 'wrong', 'median', 'p99', 'max']
      : [group, 'median', '[min – max]', 'runs', ours ? 'ratio' : '', 'target'];
    lines.push('', ...align([heading, ...rows]));
  }
  for (const rows of tables) lines.push('', ...align(rows));
  if (markdown !== undefined) lines.push('', markdown);
  return `${lines.join('\n')}\n`;
}

function judgedRowOf({ name, unit, summary, wrong }: Figure): string[] {
  const { runs, median, p99, max } = summary;
  return [
    `  ${name}`,
    String(runs),
    String(wrong),
    ...[median, p99, max].map((time) => `${significant(time)} ${unit}`),
  ];
}

function rowOf({ name, unit, summary, target }: Figure, ours: Figure | undefined): string[] {
  const { median, min, max, runs } = summary;
  const ratio = ours ? `${significant(median / ours.summary.median)}×` : '';
  const verdict = target ? `${target.met ? 'met' : 'MISSED'}: ${target.text}` : '';
  const range = `[${significant(min)} – ${significant(max)}]`;
  return [`  ${name}`, `${significant(median)} ${unit}`.trimEnd(), range, String(runs), ratio, verdict];
}

function align(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 || column === widths.length - 1 ? cell.padEnd(width) : cell.padStart(width);
  };
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

/** Three digits, or all of a whole number. */
function significant(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}
