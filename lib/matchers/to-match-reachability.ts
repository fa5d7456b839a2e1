import { checkMilliseconds, checkOneOf, checkOptions, showReceived } from '../base/validate.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { type Way, waysOf } from '../diagnosis/way.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { Lab, type Namespace, UsageError } from '../lab/index.ts';
import { addressesIn } from '../lab/tables/address-list.ts';
import { isRoutable } from '../netlink/address.ts';
import { reach } from '../probes/reach.ts';
import { reachability } from '../probes/reachability.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { PendingSessions } from '../trace/pending-sessions.ts';
import { tracePath } from '../trace/probe-path.ts';
import { quietIn } from '../trace/quiescence.ts';
import { FAMILIES, type Family } from '../wire/ip-address.ts';
import type { Assertion } from './assertion.ts';
import { drawJudged, mendOfUnsent } from './draw-reachability.ts';
import { isPassive } from './evidence-place.ts';
import { evidenceOf } from './have-state.ts';
import { checkHold, holdIn } from './hold.ts';
import { cellOf, correctMatrix, type Judged, judgePairs, silentTargets } from './judge-reachability.ts';
import { type Answer, plural } from './message.ts';
import { parseReachabilityTable, type ReachabilityTable } from './reachability-table.ts';
import { mendOf } from './why.ts';

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
  const { call: title, isNot } = this;
  if (!(received instanceof Lab)) throw new UsageError(`${title}: expect() takes a lab: ${showReceived(received)}`);
  checkOptions(title, options, ['family', 'because', 'hold']);
  const { because } = options;
  if (options.family !== undefined) checkOneOf(title, 'family', options.family, [4, 6]);
  if (because !== undefined) checkOneOf(title, 'because', because, ['lost']);
  checkMilliseconds(title, 'hold', options.hold);
  if (options.hold !== undefined) checkHold(title, 'hold', options.hold);
  const hold = options.hold ?? (await holdIn(received));
  const table = parseReachabilityTable(title, received, text);
  const family = options.family ?? familyOf(title, table.namespaces);
  const sessions = new PendingSessions(received);
  const quiet = () => quietIn(received, 'packets', sessions);
  const since = tapTime();
  const asked = await reachability(table.namespaces, {
    family,
    milliseconds: hold,
    wanted: (from, to) => cellOf(table, from, to) === '✓',
    unwanted: (from, to) => cellOf(table, from, to) === '✗',
    quiet,
    untilQuiet: options.hold === undefined,
  });
  const results = engineOf(received).isPristine ? asked : correctMatrix(table, asked, since);
  const silent = because === undefined ? await silentTargets(table, results, { family, isNot }) : new Map();
  const judged = judgePairs(table, results, silent, { since, isNot, because });
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
      ['Received', matches ? 'just that' : `${plural(wrong.length, 'pair')} otherwise\n${drawJudged(table, judged)}`],
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

function familyOf(title: string, namespaces: readonly Namespace[]): Family {
  const has = (namespace: Namespace, family: Family) => addressesIn(namespace, family).some(isRoutable);
  const all = FAMILIES.find((family) => namespaces.every((namespace) => has(namespace, family)));
  if (all) return all;
  const bare = namespaces.find((namespace) => !has(namespace, 4)) as Namespace;
  throw new UsageError(
    `${title}: all hosts of a table need an address of the same family: ${bare} has no IPv4 address, and not all have an IPv6 address`,
  );
}
