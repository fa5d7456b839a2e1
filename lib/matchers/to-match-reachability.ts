import { sourceCause } from '../diagnosis/causes/source.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { type Way, waysOf } from '../diagnosis/way.ts';
import { tapTime } from '../kernel/tap-clock.ts';
import { checkMilliseconds, checkOneOf, checkOptions, show } from '../kernel/validate.ts';
import { engineOf } from '../lab/engine.ts';
import { Lab, type Namespace, UsageError } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import { askIcmp } from '../probes/ask-icmp.ts';
import { echoLimitWords } from '../probes/echo-limit.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import { reach } from '../probes/reach.ts';
import { type PairResult, type ReachabilityMatrix, reachability } from '../probes/reachability.ts';
import { limitOfTarget, whyNobodyAnswers } from '../probes/self-question.ts';
import type { Message } from '../report/failure-meta.ts';
import { mayHaveCome } from '../trace/may-have-come.ts';
import { tracePath } from '../trace/probe-path.ts';
import { quietIn } from '../trace/quiescence.ts';
import { standInOf } from '../trace/stand-in.ts';
import type { Family } from '../wire/ip-address.ts';
import type { Assertion } from './assertion.ts';
import { correctByTaps } from './correct-by-taps.ts';
import { isPassive } from './evidence-place.ts';
import { evidenceOf } from './have-state.ts';
import { checkHold, holdIn } from './hold.ts';
import { type Answer, assertionTitle, nameOf, plural, wordsOf } from './message.ts';
import { type Cell, parseReachabilityTable, type ReachabilityTable } from './reachability-table.ts';
import { mendOf, whyOf } from './why.ts';

/** How long the pair that is explained is asked for, in milliseconds. */
const ONE_MORE = 100;

export interface ToMatchReachabilityOptions {
  /** @default 4 if all hosts of the table have an IPv4 address, else 6 */
  family?: Family;
  /**
   * By default a ✗ is inconclusive, and fails, if the target would not answer anyway: it answers neither itself nor a host on its
   * link, or it limits its echo replies and may have got the probe. `lost` accepts its silence as proof.
   */
  because?: 'lost';
  /** How long to wait for an answer, wanted or not, in milliseconds, at least 20. @default as with `.not.toReach` */
  hold?: number;
}

export async function toMatchReachability(
  this: Assertion,
  received: unknown,
  text: string,
  options: ToMatchReachabilityOptions = {},
): Promise<Answer> {
  const { isNot } = this;
  const title = assertionTitle('toMatchReachability', nameOf(received), `table${wordsOf(options)}`, { isNot });
  if (!(received instanceof Lab)) throw new UsageError(`${title}: expect() takes a lab: received ${show(received)}`);
  checkOptions(title, options, ['family', 'because', 'hold']);
  const { because } = options;
  if (options.family !== undefined) checkOneOf(title, 'family', options.family, [4, 6]);
  if (because !== undefined) checkOneOf(title, 'because', because, ['lost']);
  checkMilliseconds(title, 'hold', options.hold);
  if (options.hold !== undefined) checkHold(title, 'hold', options.hold);
  const hold = options.hold ?? (await holdIn(received));
  const table = parseReachabilityTable(title, received, text);
  const family = options.family ?? familyOf(title, table.namespaces);
  const quiet = () => quietIn(received, 'packets');
  const since = tapTime();
  const asked = await reachability(table.namespaces, {
    family,
    milliseconds: hold,
    wanted: (from, to) => cellOf(table, from, to) === '✓',
    quiet,
    untilQuiet: options.hold === undefined,
  });
  const results = engineOf(received).isPristine ? asked : correctMatrix(table, asked, since);
  const silent = because === undefined ? await silentTargets(table, results, { family, isNot }) : new Map();
  const judged = judge(table, results, silent, { since, isNot, because });
  const wrong = judged.filter(({ verdict }) => verdict !== 'right');
  const matches = wrong.length === 0;
  // What was not learnt is neither a match nor a mismatch.
  const holds = isNot ? wrong.some(({ verdict }) => verdict === 'wrong') : matches;
  const pass = holds !== isNot;
  if (holds) return { pass };
  const example =
    isNot || isPassive() ? undefined : await explainOne(title, table, wrong, { family, askedSince: since });
  const message: Message = {
    title,
    lines: [
      ['Expected', isNot ? 'some pair that is not as in the table' : 'every pair as in the table'],
      ['Received', matches ? 'just that' : `${plural(wrong.length, 'pair')} otherwise\n${drawTable(table, judged)}`],
    ],
    ...(example?.words ?? { hint: wrong.map(mendOfUnsent).find((mend) => mend !== undefined) }),
  };
  // Not one pair was learnt to be otherwise.
  const isInconclusive = !matches && wrong.every(({ verdict }) => verdict === 'inconclusive');
  return { pass, isInconclusive, message, evidence: example?.evidence ?? evidenceOf(received) };
}

/** One wrong pair asked again, by itself, so that the failure says more of it than its letters in the table. */
async function explainOne(
  title: string,
  { namespaces }: ReachabilityTable,
  wrong: readonly Judged[],
  { family, askedSince }: { family: Family; askedSince: bigint },
): Promise<{ words: Pick<Message, 'ways' | 'hint'>; evidence: NonNullable<Answer['evidence']> } | undefined> {
  const clear = wrong.filter(({ verdict }) => verdict === 'wrong');
  // Of one that was not reached there is more to say.
  const pair = clear.find(({ cell }) => cell === '✓') ?? clear[0];
  const [from, to] = [pair?.from, pair?.to].map((wanted) => namespaces.find(({ name }) => name === wanted));
  if (!pair || !from || !to) return undefined;
  const question = { family };
  const report = await reach(title, from, to, question, { milliseconds: ONE_MORE });
  const answered = report.outcome === 'answered';
  const evidence = (ways: Way[], diagnosis?: Diagnosis) => ({
    lab: from.lab,
    failed: { recognize: report.recognize, ways, asked: report, diagnosis },
  });
  // The second time it was otherwise: then there is nothing to explain.
  if (answered !== (pair.result.outcome === 'answered')) return { words: {}, evidence: evidence([]) };
  const seen = tracePath(report.question, report.recognize, { answered, since: report.since });
  const diagnosed = answered
    ? undefined
    : await diagnose(
        { call: title, from, to, options: question, report: { ...report, since: askedSince }, trace: seen },
        isPassive(),
      );
  if (diagnosed?.isPast) return { words: {}, evidence: evidence([]) };
  const { trace, diagnosis } = diagnosed ?? { trace: seen };
  const all = trace ? waysOf(trace, diagnosis, answered) : [];
  const ways = all.map((way) => ({ ...way, of: `${way.of} of ${from} → ${to}` }));
  return {
    words: { ways: answered ? ways.slice(0, 1) : ways, hint: diagnosis && mendOf(diagnosis) },
    evidence: evidence(ways, diagnosis),
  };
}

interface Judged {
  from: string;
  to: string;
  cell: Cell;
  result: PairResult;
  verdict: 'right' | 'wrong' | 'inconclusive';
  /** Why an answer says nothing. */
  doubt?: string;
}

/**
 * The addresses of those whose silence the assertion rests on, and who do not even answer themselves, with what is the
 * matter there. Without `.not` it rests on the crosses, with it on the ticks.
 */
async function silentTargets(
  { namespaces, cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  { family, isNot }: { family: Family; isNot: boolean },
): Promise<Map<string, string>> {
  const silent = new Map<string, string>();
  const decisive = isNot ? '✓' : '✗';
  for (const [column, namespace] of namespaces.entries()) {
    // A host with several addresses is asked at another one by those on another subnet, and may answer at only some of them.
    const asked = new Map<string, Namespace>();
    for (const [row, from] of namespaces.entries()) {
      const result = cells[row]?.[column] === decisive ? results[row]?.[column] : undefined;
      if (result?.outcome === 'lost' && !asked.has(result.address)) asked.set(result.address, from);
    }
    for (const [address, from] of asked) {
      const reason = await whyNobodyAnswers({ from, to: { address, namespace }, family }, 'icmp', askIcmp);
      if (reason) silent.set(address, reason);
    }
  }
  return silent;
}

/** Only a program can have seen to it that something else left than the routes say, or nothing. */
function correctMatrix({ cells }: ReachabilityTable, results: ReachabilityMatrix, since: bigint): ReachabilityMatrix {
  return results.map((all, row) =>
    all.map((result, column) => result && correctByTaps(result, since, cells[row]?.[column] === '✗')),
  );
}

function judge(
  { namespaces, cells }: ReachabilityTable,
  results: ReachabilityMatrix,
  silent: ReadonlyMap<string, string>,
  { since, isNot, because }: { since: bigint; isNot: boolean; because: unknown },
): Judged[] {
  return namespaces.flatMap((from, row) =>
    namespaces.flatMap((to, column) => {
      const [cell, result] = [cells[row]?.[column], results[row]?.[column]];
      if (cell === undefined || cell === '.' || !result) return [];
      const pair = { from: from.name, to: to.name, cell, result };
      const isDecisive = cell === (isNot ? '✓' : '✗') && result.outcome === 'lost' && because === undefined;
      const mute = isDecisive ? (silent.get(result.address) ?? limitFor(result, since)) : undefined;
      if (mute) return [{ ...pair, verdict: 'inconclusive', doubt: mute }];
      const { question, recognize } = result;
      const other =
        result.outcome === 'answered' ? standInOf(question, recognize, { wanted: 'namespace', since }) : undefined;
      if (!other) return [{ ...pair, verdict: verdictOn(cell, result, isNot) }];
      return [{ ...pair, verdict: 'inconclusive', doubt: `it answered, but ${other.namespace} ${other.how}` }];
    }),
  );
}

/** A limit of the target's answers can be the reason only if a probe may have come to the target. */
function limitFor({ question, recognize }: PairResult, since: bigint): string | undefined {
  const limit = limitOfTarget(question, 'icmp');
  return limit && mayHaveCome(limit.namespace, recognize, since) ? echoLimitWords(limit) : undefined;
}

/** A probe that never left says nothing of the network: it is no reason to pass, but one to fail. */
function verdictOn(cell: Cell, { outcome }: ProbeResult, isNot: boolean): Judged['verdict'] {
  if (outcome === 'answered') return cell === '✓' ? 'right' : 'wrong';
  if (outcome === 'broken') return 'inconclusive';
  if (outcome === 'unsent') return cell === '✓' && !isNot ? 'wrong' : 'inconclusive';
  return cell === '✓' ? 'wrong' : 'right';
}

function cellOf({ namespaces, cells }: ReachabilityTable, from: Namespace, to: Namespace): Cell | undefined {
  return cells[namespaces.indexOf(from)]?.[namespaces.indexOf(to)];
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

function mendOfUnsent(judged: Judged): string | undefined {
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

/** The family that all hosts of a table have an address of. */
function familyOf(title: string, namespaces: readonly Namespace[]): Family {
  const has = ({ interfaces }: Namespace, family: Family) => interfaces.some((device) => device.address.first(family));
  const all = ([4, 6] as const).find((family) => namespaces.every((namespace) => has(namespace, family)));
  if (all) return all;
  const bare = namespaces.find((namespace) => !has(namespace, 4)) as Namespace;
  throw new UsageError(
    `${title}: all hosts of a table need an address of the same family: ${bare} has no IPv4 address, and not all have an IPv6 address`,
  );
}
