import { checkOptions as checkKnown, checkMilliseconds, checkOneOf, wrongOption } from '../base/validate.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { type Continuity, type Outage, observeContinuity, PACE, type Unanswered } from '../probes/continuity.ts';
import { WITHIN } from '../probes/patience.ts';
import { type ReachReport, reach } from '../probes/reach.ts';
import type { ReachOptions } from '../probes/reach-options.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { latenessIn } from '../trace/late-answers.ts';
import { PendingSessions } from '../trace/pending-sessions.ts';
import { quietIn } from '../trace/quiescence.ts';
import { type StandIn, standInOf } from '../trace/stand-in.ts';
import type { Assertion } from './assertion.ts';
import { checkAsker } from './check-receiver.ts';
import { evidenceOf } from './have-state.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, describeDevice, milliseconds, nameOf, plural } from './message.ts';
import { standInWords } from './stand-in-words.ts';

const WAYS = ['icmp', 'udp'] as const;

export interface ToStayReachableOptions extends Pick<ReachOptions, 'family' | 'from'> {
  /** A function that changes the network meanwhile; its promise is awaited. */
  while: () => unknown;
  /** How long an outage may be, in milliseconds. @default 0 */
  gap?: number;
  /** The protocol of the probes. @default 'icmp' */
  by?: (typeof WAYS)[number];
}

/** So many outages are told of. */
const MOST_TOLD = 20;

export async function toStayReachable(
  this: Assertion,
  received: unknown,
  to: Namespace | Interface | string,
  options: ToStayReachableOptions,
): Promise<Answer> {
  const { call, isNot, progress } = this;
  checkAsker(call, received);
  const { gap = 0, by = 'icmp', while: during, ...ends } = checkOptions(call, options);
  const { lab } = received;
  const isHopeless = () => shouldStopWaiting(lab, progress);
  const lateness = latenessIn(lab);
  progress.goal = `an answer from ${nameOf(to)}, before the function runs`;
  const patience = () => {
    const sessions = new PendingSessions(lab);
    return { milliseconds: WITHIN + lateness, quiet: () => quietIn(lab, 'packets', sessions), isHopeless };
  };
  const before = await reach(call, received, to, { ...ends, by }, patience());
  if (before.outcome !== 'answered') return neverReached(call, before, isNot);
  const isTarget = typeof to !== 'string';
  const other = whoElse(before, isTarget);
  if (other) return neverReached(call, before, isNot, other);
  progress.goal = `the end of the function, and for ${nameOf(to)} to answer again`;
  const seen = await observeContinuity(before.question, by, during, { gap, lateness, isHopeless, isTarget });
  if ('unanswered' in seen) return neverReached(call, { ...before, reason: neverPrompt(seen) }, isNot);
  const verdict = judge(seen, gap);
  if (verdict === (isNot ? 'interrupted' : 'kept')) return { pass: !isNot };
  const isForeign = seen.outages.some(({ foreign }) => foreign > 0);
  // With what the neighbour tables have learnt: it is to be the way that the last probes took.
  const again = isForeign && (await reach(call, received, to, { ...ends, by, neighbours: 'kept' }, patience()));
  const standIn = again && again.outcome === 'answered' ? whoElse(again, isTarget) : undefined;
  const message = describe(call, before, { ...seen, gap, by, isNot, verdict, standIn });
  return { pass: isNot, isInconclusive: verdict === 'unknown', message, evidence: evidenceOf(lab) };
}

/** Who has answered in the place of the target. */
function whoElse({ question, recognize, since }: ReachReport, isTarget: boolean): StandIn | undefined {
  return standInOf(question, recognize, { wanted: isTarget ? 'namespace' : 'address', since });
}

function checkOptions(call: string, options: ToStayReachableOptions): ToStayReachableOptions {
  if (typeof options !== 'object' || options === null || typeof options.while !== 'function') {
    throw wrongOption(
      call,
      'while',
      'a function that changes the network, as in { while: () => failover(), gap: 50 }',
      options?.while,
    );
  }
  checkKnown(call, options, ['while', 'gap', 'by', 'family', 'from']);
  const { gap, by, family } = options;
  if (family !== undefined) checkOneOf(call, 'family', family, [4, 6]);
  checkMilliseconds(call, 'gap', gap);
  if (by !== undefined) checkOneOf(call, 'by', by, WAYS);
  return options;
}

type Verdict = 'kept' | 'interrupted' | 'unknown';

/**
 * An outage is surely as long as from its first probe to its last. It may have been as long as from the answered probe before
 * to the one behind: where the machine sent none in between, nobody knows.
 */
function judge({ outages, hole }: Continuity, gap: number): Verdict {
  if (outages.some(({ length }) => length > gap)) return 'interrupted';
  // A tick more or less is what a timer does.
  const most = Math.max(hole, ...outages.map(({ most: longest }) => longest));
  return most > gap + TOLERANCE ? 'unknown' : 'kept';
}

const TOLERANCE = 2 * PACE;

function neverReached(
  call: string,
  { question, outcome, reason, probes }: ReachReport,
  isNot: boolean,
  standIn?: StandIn,
): Answer {
  const received = standIn
    ? `an answer ${wordsOfOther(question, standIn)}`
    : `none (${reason ?? outcome}; ${plural(probes, 'probe')})`;
  const message: Message = {
    title: call,
    lines: [
      ...endsOf(question),
      ['Expected', 'an answer before the function ran'],
      ['Received', `${received}, so the function was not called`],
    ],
    hint: standIn?.hint ?? `await expect(${question.from.name}).toReach(…) first: it says why`,
  };
  return { pass: isNot, isInconclusive: true, message, evidence: evidenceOf(question.from.lab) };
}

function wordsOfOther({ to }: ReachReport['question'], standIn: StandIn): string {
  return standInWords(standIn, `${to.namespace ?? to.address}`);
}

/** The machine sends a probe each millisecond. */
function neverPrompt({ unanswered: probes, foreign }: Unanswered): string {
  if (foreign > 0)
    return `it answered, but ${foreign} of the next ${plural(probes, 'probe')} were answered by another host, and none by itself`;
  if (probes === 0) return 'it answered, but the machine was too busy to send the next probes';
  return `it answered, but none of the next ${plural(probes, 'probe')}, one each millisecond, at once`;
}

function endsOf({ from, source, to, family }: ReachReport['question']): [string, string][] {
  return [
    ['From', `${from.name} ${source.address} (${describeDevice(source.device)})`],
    ['To', `${to.namespace?.name ?? 'no namespace of the lab:'} ${to.address}, over IPv${family}`],
  ];
}

interface Told extends Continuity {
  gap: number;
  by: 'icmp' | 'udp';
  isNot: boolean;
  verdict: Verdict;
  /** Who answers the next probe in the place of the target. */
  standIn: StandIn | undefined;
}

function describe(title: string, { question }: ReachReport, told: Told): Message {
  const { gap, by, isNot, outages, standIn } = told;
  const pace = `by ${by === 'icmp' ? 'an ICMP echo' : 'a UDP datagram'} each millisecond`;
  const listed = outages.toSorted((one, other) => other.length - one.length).slice(0, MOST_TOLD);
  const more = outages.length - listed.length;
  const lines = listed.toSorted((one, other) => one.start - other.start).map(describeOutage);
  return {
    title,
    lines: [
      ...endsOf(question),
      ['Expected', `${isNot ? 'an' : 'no'} outage longer than ${milliseconds(gap)}, ${pace}`],
      ['Received', describeWorst(told)],
      ['Outages', lines.length > 0 ? [...lines, ...(more > 0 ? [`… and ${more} shorter`] : [])].join('\n') : undefined],
      ['Asked again', standIn && `an answer ${wordsOfOther(question, standIn)}`],
    ],
    hint: standIn?.hint,
  };
}

function describeWorst({ outages, hole, probes, took, verdict }: Told): string {
  const [worst] = outages.toSorted((one, other) => other.length - one.length);
  const of = `in ${milliseconds(took)}, of ${plural(probes, 'probe')}`;
  if (verdict === 'unknown') {
    const most = Math.max(hole, ...outages.map(({ most: may }) => may));
    return `inconclusive: for ${milliseconds(most)} no probe was sent, or its answer came late, so an outage may have lasted as long (${of})`;
  }
  return worst ? `an outage of ${lengthOf(worst)} (${plural(outages.length, 'outage')} ${of})` : `none (${of})`;
}

/** `312 ms`; where the machine sent no probe at its edges, `312 to 340 ms`. */
function lengthOf({ length, most }: Outage): string {
  return most - length > TOLERANCE ? `${Math.round(length)} to ${milliseconds(most)}` : milliseconds(length);
}

/** `+120 ms: 312 ms, 312 probes lost`. */
function describeOutage(outage: Outage): string {
  const { start, unsent, foreign, isOpen } = outage;
  const what = unsent ? `not sent (${unsent})` : 'lost';
  const others = foreign > 0 ? `, ${foreign} of them answered by another host` : '';
  const end = isOpen ? ', and no end' : '';
  return `+${Math.round(Math.max(0, start))} ms: ${lengthOf(outage)}, ${plural(outage.probes, 'probe')} ${what}${others}${end}`;
}
