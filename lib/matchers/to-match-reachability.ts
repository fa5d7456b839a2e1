import { realtimeNanoseconds } from '../kernel/clock.ts';
import { Lab, type Namespace, UsageError } from '../lab/index.ts';
import { checkMilliseconds, checkOneOf, checkOptions, show } from '../lab/validate.ts';
import { askIcmp } from '../probes/ask-icmp.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import { reach } from '../probes/reach.ts';
import { type ReachabilityMatrix, reachability } from '../probes/reachability.ts';
import { whyNobodyAnswers } from '../probes/self-question.ts';
import { tracePath } from '../trace/probe-path.ts';
import { quietIn } from '../trace/quiescence.ts';
import { type Way, waysOf } from '../trace/way.ts';
import type { Family } from '../wire/ip-address.ts';
import { explainSilence } from './explain-silence.ts';
import { checkHold, holdIn } from './hold.ts';
import { type Answer, assertionTitle, formatMessage, type Message, nameOf, plural, wordsOf } from './message.ts';
import { type Cell, parseReachabilityTable, type ReachabilityTable } from './reachability-table.ts';

/** How long the pair that is explained is asked for, in milliseconds. */
const ONE_MORE = 100;

export interface ToMatchReachabilityOptions {
  /** @default 4 where all hosts of the table have an IPv4 address, else 6 */
  family?: Family;
  /**
   * Without it a ✗ is inconclusive, and fails, where the target does not even answer itself: it is down, or answers no
   * echo. `lost` takes its silence as it is.
   */
  because?: 'lost';
  /** How long an answer may take, and must not come, in milliseconds, 20 at least. @default as with `.not.toReach` */
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
  checkOptions(title, options, ['family', 'because', 'hold']);
  const { because, hold = holdIn(received) } = options;
  if (options.family !== undefined) checkOneOf(title, 'family', options.family, [4, 6]);
  if (because !== undefined) checkOneOf(title, 'because', because, ['lost']);
  checkMilliseconds(title, 'hold', hold);
  checkHold(title, 'hold', hold);
  const table = parseReachabilityTable(title, received, text);
  const family = options.family ?? familyOf(title, table.namespaces);
  const quiet = options.hold === undefined ? () => quietIn(received, 'packets') : undefined;
  const results = await reachability(table.namespaces, { family, milliseconds: hold, quiet });
  const silent = because === undefined ? await silentTargets(table, results, family) : new Map<string, string>();
  const judged = judge(table, results, holdersIn(received), silent);
  const wrong = judged.filter(({ verdict }) => verdict !== 'right');
  const inconclusive = wrong.some(({ verdict }) => verdict === 'inconclusive');
  const matches = wrong.length === 0;
  const pass = inconclusive ? isNot : matches;
  if (pass !== isNot) return { pass, message: () => '' };
  const example = isNot ? undefined : await explainOne(title, table, wrong, family);
  const message = formatMessage({
    title,
    lines: [
      ['Expected', isNot ? 'some pair that is not as in the table' : 'every pair as in the table'],
      ['Received', matches ? 'just that' : `${plural(wrong.length, 'pair')} otherwise\n${drawTable(table, judged)}`],
    ],
    ...example?.words,
  });
  // What was not asked can be neither a match nor a mismatch.
  return { pass, message: () => message, ...(example ? { evidence: example.evidence } : {}) };
}

/** One wrong pair asked again, by itself, so that the failure says more of it than its letters in the table. */
async function explainOne(
  title: string,
  { namespaces }: ReachabilityTable,
  wrong: readonly Judged[],
  family: Family,
): Promise<{ words: Pick<Message, 'ways' | 'hint'>; evidence: NonNullable<Answer['evidence']> } | undefined> {
  const clear = wrong.filter(({ verdict }) => verdict === 'wrong');
  // Of one that was not reached there is more to say.
  const pair = clear.find(({ cell }) => cell === '✓') ?? clear[0];
  const [from, to] = [pair?.from, pair?.to].map((wanted) => namespaces.find(({ name }) => name === wanted));
  if (!pair || !from || !to) return undefined;
  const question = { family };
  const since = realtimeNanoseconds();
  const report = await reach(title, from, to, question, { milliseconds: ONE_MORE });
  const answered = report.outcome === 'answered';
  const evidence = (ways: Way[]) => ({
    lab: from.lab,
    failed: { recognize: report.recognize, ways, asked: report },
  });
  // The second time it was otherwise: then there is nothing to explain.
  const trace =
    answered === (pair.result.outcome === 'answered')
      ? tracePath(report.question, report.recognize, { answered, since })
      : undefined;
  if (!trace) return { words: {}, evidence: evidence([]) };
  const { loss } = answered ? {} : await explainSilence(title, from, to, { question, report, trace });
  const ways = waysOf(trace, loss, answered).map((way) => ({ ...way, of: `${way.of} of ${from} → ${to}` }));
  return { words: { ways: answered ? ways.slice(0, 1) : ways, hint: loss?.hint }, evidence: evidence(ways) };
}

interface Judged {
  from: string;
  to: string;
  cell: Cell;
  result: ProbeResult;
  verdict: 'right' | 'wrong' | 'inconclusive';
  /** Why an answer says nothing. */
  doubt?: string;
}

/** The addresses of those who were to be silent, and do not even answer themselves, with what is the matter there. */
async function silentTargets(
  { namespaces, cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  family: Family,
): Promise<Map<string, string>> {
  const silent = new Map<string, string>();
  for (const [column, namespace] of namespaces.entries()) {
    const row = namespaces.findIndex(
      (_, each) => cells[each]?.[column] === '✗' && results[each]?.[column]?.outcome === 'lost',
    );
    const [from, address] = [namespaces[row], results[row]?.[column]?.address];
    if (!from || address === undefined) continue;
    const reason = await whyNobodyAnswers({ from, to: { address, namespace }, family }, 'icmp', askIcmp);
    if (reason) silent.set(address, reason);
  }
  return silent;
}

/** Who has each address, where it can be several. */
function holdersIn({ namespaces, isOwnDoing, sharesAddresses }: Lab): Map<string, Namespace[]> {
  const asked = isOwnDoing && !sharesAddresses ? [] : namespaces;
  const held = asked.flatMap((namespace) =>
    namespace.interfaces.flatMap((device) => device.address.list().map(({ address }) => ({ address, namespace }))),
  );
  return new Map(
    [...Map.groupBy(held, ({ address }) => address)].map(([address, all]) => [
      address,
      [...new Set(all.map(({ namespace }) => namespace))],
    ]),
  );
}

function judge(
  { namespaces, cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  holders: Map<string, Namespace[]>,
  silent: Map<string, string>,
): Judged[] {
  return namespaces.flatMap((from, row) =>
    namespaces.flatMap((to, column) => {
      const [cell, result] = [cells[row]?.[column], results[row]?.[column]];
      if (cell === undefined || cell === '.' || !result) return [];
      const pair = { from: from.name, to: to.name, cell, result };
      const mute = cell === '✗' && result.outcome === 'lost' ? silent.get(result.address) : undefined;
      if (mute) return [{ ...pair, verdict: 'inconclusive', doubt: mute }];
      const [other] = holders.get(result.address)?.filter((holder) => holder !== to) ?? [];
      if (!other || result.outcome !== 'answered') return [{ ...pair, verdict: verdictOn(cell, result) }];
      return [{ ...pair, verdict: 'inconclusive', doubt: `it answered, but ${other} has ${result.address} too` }];
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

function describeWrong({ from, to, cell, verdict, result, doubt }: Judged): string {
  const wanted = cell === '✓' ? 'was to be reached' : 'was not to be reached';
  const got = doubt ?? (result.outcome === 'answered' ? 'it answered' : (result.reason ?? 'no answer'));
  return `${from} → ${to} ${wanted}: ${verdict === 'inconclusive' ? 'inconclusive: ' : ''}${got}`;
}

/** The family that all hosts of a table have an address of. */
function familyOf(title: string, namespaces: readonly Namespace[]): Family {
  const has = ({ interfaces }: Namespace, family: Family) => interfaces.some((device) => device.address.first(family));
  const all = ([4, 6] as const).find((family) => namespaces.every((namespace) => has(namespace, family)));
  if (all) return all;
  const bare = namespaces.find((namespace) => !has(namespace, 4)) as Namespace;
  throw new UsageError(
    `${title}: the hosts of a table need an address of one family each: ${bare} has none of IPv4, and not all have one of IPv6`,
  );
}
