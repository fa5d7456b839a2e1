import { Lab, UsageError } from '../lab/index.ts';
import { checkMilliseconds, checkOneOf, checkOptions, show } from '../lab/validate.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import { reachability } from '../probes/reachability.ts';
import { quietIn } from '../trace/quiescence.ts';
import type { Family } from '../wire/ip-address.ts';
import { checkHold, HOLD } from './hold.ts';
import { type Answer, assertionTitle, formatMessage, nameOf, plural, wordsOf } from './message.ts';
import { type Cell, parseReachabilityTable, type ReachabilityTable } from './reachability-table.ts';

export interface ToMatchReachabilityOptions {
  /** @default 4 */
  family?: Family;
  /** How long an answer may take, and must not come, in milliseconds, 20 at least. @default 100 */
  hold?: number;
}

export async function toMatchReachability(
  this: { isNot: boolean },
  received: unknown,
  text: string,
  options: ToMatchReachabilityOptions = {},
): Promise<Answer> {
  const { isNot } = this;
  const title = assertionTitle('toMatchReachability', nameOf(received), `table${wordsOf(options)}`, { isNot });
  if (!(received instanceof Lab)) throw new UsageError(`${title}: expect() takes a lab: received ${show(received)}`);
  checkOptions(title, options, ['family', 'hold']);
  const { family = 4, hold = HOLD } = options;
  checkOneOf(title, 'family', family, [4, 6]);
  checkMilliseconds(title, 'hold', hold);
  checkHold(title, 'hold', hold);
  const table = parseReachabilityTable(title, received, text);
  const quiet = options.hold === undefined ? () => quietIn(received, 'packets') : undefined;
  const results = await reachability(table.namespaces, { family, milliseconds: hold, quiet });
  const judged = judge(table, results);
  const wrong = judged.filter(({ verdict }) => verdict !== 'right');
  const inconclusive = wrong.some(({ verdict }) => verdict === 'inconclusive');
  const matches = wrong.length === 0;
  return {
    // What was not asked can be neither a match nor a mismatch.
    pass: inconclusive ? isNot : matches,
    message: () =>
      formatMessage({
        title,
        lines: [
          ['Expected', isNot ? 'some pair that is not as in the table' : 'every pair as in the table'],
          [
            'Received',
            matches ? 'just that' : `${plural(wrong.length, 'pair')} otherwise\n${drawTable(table, judged)}`,
          ],
        ],
      }),
  };
}

interface Judged {
  from: string;
  to: string;
  cell: Cell;
  result: ProbeResult;
  verdict: 'right' | 'wrong' | 'inconclusive';
}

function judge({ namespaces, cells }: ReachabilityTable, results: (ProbeResult | undefined)[][]): Judged[] {
  return namespaces.flatMap((from, row) =>
    namespaces.flatMap((to, column) => {
      const [cell, result] = [cells[row]?.[column], results[row]?.[column]];
      if (cell === undefined || cell === '.' || !result) return [];
      return [{ from: from.name, to: to.name, cell, result, verdict: verdictOn(cell, result) }];
    }),
  );
}

function verdictOn(cell: Cell, { outcome }: ProbeResult): Judged['verdict'] {
  if (outcome === 'answered') return cell === '✓' ? 'right' : 'wrong';
  if (cell === '✓') return 'wrong';
  return outcome === 'lost' || outcome === 'refused' ? 'right' : 'inconclusive';
}

/** The table as it is, wrong cells marked with "!", and a line for each of them. */
function drawTable({ namespaces, cells }: ReachabilityTable, judged: readonly Judged[]): string {
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

function describeWrong({ from, to, cell, verdict, result }: Judged): string {
  const wanted = cell === '✓' ? 'was to be reached' : 'was not to be reached';
  const got = result.outcome === 'answered' ? 'it answered' : (result.reason ?? 'no answer');
  return `${from} → ${to} ${wanted}: ${verdict === 'inconclusive' ? 'inconclusive: ' : ''}${got}`;
}
