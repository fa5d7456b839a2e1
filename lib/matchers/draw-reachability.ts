import { sourceCause } from '../diagnosis/causes/source.ts';
import type { Cause } from '../model/cause.ts';
import type { Judged } from './judge-reachability.ts';
import type { ReachabilityTable } from './reachability-table.ts';
import { mendOf, whyOf } from './why.ts';

/** The table as it is, wrong cells marked with "!", and a line for each of them. */
export function drawJudged({ namespaces, cells }: ReachabilityTable, judged: readonly Judged[]): string {
  const names = namespaces.map(({ name }) => name);
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const rows = names.map((from, row) => {
    const drawn = names.map((to, column) => {
      const found = judged.find((each) => each.from === from && each.to === to);
      if (!found) return cells[row]?.[column] === '.' ? '.' : '';
      const is = found.result.outcome === 'answered' ? '✓' : '✗';
      return found.verdict === 'right' ? is : `${is}!`;
    });
    return [from, ...drawn];
  });
  const lines = [['', ...names], ...rows].map((row) =>
    row
      .map((cell) => cell.padEnd(width))
      .join('')
      .trimEnd(),
  );
  const wrong = judged.filter(({ verdict }) => verdict !== 'right').map(describeWrong);
  return [...lines, '', ...wrong].join('\n');
}

export function mendOfUnsent(judged: Judged): string | undefined {
  const cause = whyUnsent(judged);
  return cause && mendOf({ cause });
}

function describeWrong({ from, to, cell, verdict, result, doubt }: Judged): string {
  const wanted = cell === '✓' ? 'was to be reached' : 'was not to be reached';
  const { outcome, reason = 'no answer' } = result;
  const cause = whyUnsent({ result });
  const why = cause && whyOf({ cause });
  const got = doubt ?? (outcome === 'answered' ? 'it answered' : [reason, why].filter(Boolean).join(': '));
  return `${from} → ${to} ${wanted}: ${verdict === 'inconclusive' ? 'inconclusive: ' : ''}${got}`;
}

/** What kept a probe at its source. */
function whyUnsent({ result: { outcome, question } }: Pick<Judged, 'result'>): Cause | undefined {
  return outcome === 'unsent' ? sourceCause(question) : undefined;
}
