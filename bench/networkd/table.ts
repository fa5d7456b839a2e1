import type { Verdict } from './run-case.ts';

/** What came of all files as Markdown: files with the same answer share a row. */
export function markdownOf(verdicts: readonly Verdict[]): string {
  const netdevs = verdicts.filter(({ kind }) => kind !== undefined);
  const others = verdicts.filter(({ kind }) => kind === undefined);
  return [
    '| `Kind=` | .netdev files | Linux | device | traffic | why not |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rowsOf(netdevs, '.netdev', ({ kind }) => `\`${kind}\``),
    '',
    '| .network files | Linux | configured | traffic | why not |',
    '| --- | --- | --- | --- | --- |',
    ...rowsOf(others, '.network'),
  ].join('\n');
}

/** The kinds of which at least one file carries traffic. */
export function carryingKinds(verdicts: readonly Verdict[]): string[] {
  const kinds = verdicts.filter(({ carries }) => carries === true).flatMap(({ kind }) => kind ?? []);
  return [...new Set(kinds)].toSorted();
}

/** Of the parts of a key. */
const BETWEEN = '\t';

function rowsOf(verdicts: readonly Verdict[], ending: string, first?: (verdict: Verdict) => string): string[] {
  const rows = Map.groupBy(verdicts, (each) => {
    const { applied, carries } = each;
    const why = [applied, carries].filter((answer) => answer !== true && answer !== '').join('; ');
    const answers = [
      applied === true ? 'yes' : 'no',
      applied !== true && carries === '' ? '–' : carries === true ? 'yes' : 'no',
    ];
    const version = each.kernel.split('.').slice(0, 2).join('.');
    return [first?.(each), version, ...answers, why.replaceAll('|', '\\|')].join(BETWEEN);
  });
  return [...rows]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, members]) => {
      const [kind = '', ...answers] = key.split(BETWEEN);
      const files = members.map(({ file }) => `\`${file.replace(ending, '')}\``).toSorted();
      return `| ${[...(first ? [kind] : []), files.join(', '), ...answers].join(' | ')} |`;
    });
}
