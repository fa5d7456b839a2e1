import { checkOneOf } from '../base/validate.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import { waysOf } from '../diagnosis/way.ts';
import { now } from '../kernel/clock.ts';
import { watcher } from '../lab/engines/watcher.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import type { Outcome } from '../probes/outcome.ts';
import { WITHIN } from '../probes/patience.ts';
import type { ReachReport } from '../probes/reach.ts';
import { checkReachOptions, checkWithin, type ReachOptions } from '../probes/reach-options.ts';
import { Capture } from '../trace/capture.ts';
import { PendingSessions } from '../trace/pending-sessions.ts';
import { quietIn } from '../trace/quiescence.ts';
import type { Assertion, Progress } from './assertion.ts';
import { checkAsker } from './check-receiver.ts';
import { checkDroppedBy, type DroppedByOptions, isWantedDrop } from './dropped-by.ts';
import { isPassive } from './evidence-place.ts';
import { checkHold, holdIn } from './hold.ts';
import { isInconclusive } from './is-inconclusive.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, milliseconds, nameOf } from './message.ts';
import { mendOwnListener } from './own-listener.ts';
import { type PutQuestion, putQuestion, type ReachQuestion, traceOf } from './put-question.ts';
import { describeReach, type WantedReach } from './reach-message.ts';
import { checkThrough, type Waypoint } from './through.ts';

/** How long one round of `expect.poll` asks: the first must be over, with its reason, in the 1000 ms that vitest gives all. */
const WITHIN_OF_ROUND = 200;

/** The outcomes that a negative may rest on. `broken` never is one: nothing is known then. */
const REASONS = ['lost', 'refused', 'unsent'] as const satisfies readonly Outcome[];

export interface ToReachOptions extends ReachOptions, DroppedByOptions {
  /**
   * Without `.not`: how long to ask, in milliseconds.
   *
   * @default 1000, and longer if WireGuard may not begin a handshake yet; 200 in each round of `expect.poll`
   */
  within?: number;
  /**
   * With `.not`: how long there must be no answer, in milliseconds.
   *
   * @default until nothing is under way any more; if hairpin cannot know that, 100, or 1000 if a program may have
   * the packet, and longer if an answer may be late (DAD, a slow proxy, a queueing discipline, WireGuard)
   */
  hold?: number;
  /**
   * With `.not`: the one outcome that passes. By default `lost` and `refused` pass. The assertion fails as inconclusive if
   * it learnt nothing about the network: if the probe never left (`unsent`), or if it was lost and the target would not answer
   * anyway. Such a target answers neither itself nor a host on its link, or limits its echo replies and may have got the probe.
   */
  because?: (typeof REASONS)[number];
  /** Without `.not`: where the answered probe must have passed; a list in this order. */
  through?: Waypoint | readonly Waypoint[];
  /** Without `.not`: where it must not have passed. */
  notThrough?: Waypoint | readonly Waypoint[];
}

export async function toReach(
  this: Assertion,
  received: unknown,
  to: Namespace | Interface | string,
  options: ToReachOptions = {},
): Promise<Answer> {
  const { call, isNot, isPolled = false, progress } = this;
  checkAsker(call, received);
  const wanted = checkQuestion({ call, from: received, to, options, isNot, isPolled });
  // Before the first wait, during which the time of the test may end.
  progress.goal = goalOf(wanted);
  const hold = options.hold ?? (isNot ? await holdIn(received.lab) : 0);
  const capture = Capture.of(received.lab);
  capture.beforeProbe();
  const lossesBefore = capture.losses.kernel;
  const put = await ask(wanted, hold, progress);
  if (isAsWanted(wanted, put)) return { pass: !isNot };
  progress.goal = 'one more probe, to say why there was no answer';
  return explain(wanted, put, () => capture.losses.kernel - lossesBefore);
}

/** A question as a spec puts it. */
interface Question {
  call: string;
  from: Namespace;
  to: Namespace | Interface | string;
  options: ToReachOptions;
  isNot: boolean;
  isPolled: boolean;
}

/** A question whose options are checked, and what the spec wants of the answer. */
type WantedAnswer = Question & WantedReach;

/** @throws UsageError for a wrong option */
function checkQuestion(question: Question): WantedAnswer {
  const { call, from, options, isNot, isPolled } = question;
  checkReachOptions(call, options, ['within', 'hold', 'because', 'droppedBy', 'at', 'through', 'notThrough']);
  checkWithin(call, options);
  checkPolarity(call, options, isNot);
  const drop = checkDroppedBy(call, from.lab, options, { isNegative: isNot, negative: '.not.toReach' });
  const { within = isPolled ? WITHIN_OF_ROUND : WITHIN, hold, because } = options;
  const waypoints = checkThrough(call, from, options, isNot);
  return { ...question, within, hold, because, drop, waypoints };
}

function goalOf({ to, hold, isNot, within }: WantedAnswer): string {
  if (!isNot) return `an answer from ${nameOf(to)}, for ${milliseconds(within)} at most`;
  const time = hold === undefined ? 'the network to become quiet' : milliseconds(hold);
  return `${time} without an answer from ${nameOf(to)}`;
}

async function ask(wanted: WantedAnswer, hold: number, progress: Progress): Promise<PutQuestion> {
  const { isNot } = wanted;
  const onSend = () => void progress.asked++;
  const started = now();
  const patience = { ...patienceFor(wanted, hold, progress), onSend };
  const put = await putQuestion({ ...wanted, patience });
  if (put.report.outcome === 'answered' && !isNot) watcher()?.answered(now() - started);
  return put;
}

function patienceFor(
  { from: { lab }, options, isNot, isPolled, within, because, drop }: WantedAnswer,
  hold: number,
  progress: Progress,
): ReachQuestion['patience'] {
  // An answer must come within the time that the spec gives, or a round.
  const sessions = isNot || (options.within === undefined && !isPolled) ? new PendingSessions(lab) : undefined;
  const quiet = () => quietIn(lab, 'packets', sessions);
  if (!isNot) {
    const isHopeless = () => shouldStopWaiting(lab, progress);
    return { milliseconds: watcher()?.patience(within) ?? within, quiet, isHopeless };
  }
  // A time that the spec gives is kept: something in its network may be slow.
  const untilQuiet = options.hold === undefined;
  return { milliseconds: hold, askSilentTarget: because === undefined && !drop, quiet, untilQuiet };
}

/** A wanted cause of a loss (`droppedBy`) is known only after a diagnosis. */
function isAsWanted({ isNot, because, drop }: WantedAnswer, { report, fault }: PutQuestion): boolean {
  const holds = isNot ? !drop && isSoundNegative(report, because) : report.outcome === 'answered';
  return holds && !fault;
}

/**
 * Says why the answer is not the wanted one, unless it turns out to be lost by the wanted cause.
 *
 * @param missed how many frames the taps had no room for
 */
async function explain(wanted: WantedAnswer, put: PutQuestion, missed: () => number): Promise<Answer> {
  const { call, from, isNot, because, drop, options } = wanted;
  const { report, fault, hint } = put;
  const answered = report.outcome === 'answered';
  const seen = traceOf(put);
  const diagnosed = answered
    ? undefined
    : await diagnose({ ...wanted, report, trace: seen }, isPassive(drop !== undefined));
  const isKnown = diagnosed !== undefined && !diagnosed.isPast && report.outcome !== 'broken';
  if (drop && isKnown && isWantedDrop(drop, diagnosed.diagnosis)) return { pass: !isNot };
  const { trace, recognize } = diagnosed ?? { trace: seen, recognize: report.recognize };
  const ways = trace ? waysOf(trace, diagnosed?.diagnosis, answered) : [];
  const ownListener = mendOwnListener(report, options, trace);
  const answer = { ways, missed: missed(), detour: fault, diagnosed, hint, ownListener };
  const message = describeReach(call, report, { ...wanted, ...answer });
  // vitest turns `pass` around for .not: what does not hold must come out as a failure on either side.
  const evidence = { lab: from.lab, failed: { recognize, ways, asked: report, diagnosis: diagnosed?.diagnosis } };
  const inconclusive = isInconclusive(report.outcome, { isNot, because, drop });
  return { pass: isNot, isInconclusive: inconclusive, message, evidence };
}

function isSoundNegative({ outcome, unanswerable, sender }: ReachReport, because: Outcome | undefined): boolean {
  if (because !== undefined) return outcome === because;
  return (outcome === 'lost' && !unanswerable && sender === undefined) || outcome === 'refused';
}

function checkPolarity(call: string, { within, hold, because }: ToReachOptions, isNot: boolean): void {
  if (because !== undefined) checkOneOf(call, 'because', because, REASONS);
  if (isNot && within !== undefined) throw new UsageError(`${call}: within belongs to toReach; for .not it is hold`);
  if (isNot && hold !== undefined) checkHold(call, 'hold', hold);
  const stray = hold !== undefined ? 'hold' : because !== undefined ? 'because' : undefined;
  if (!isNot && stray)
    throw new UsageError(
      `${call}: ${stray} belongs to .not.toReach${stray === 'hold' ? '; without .not it is within' : ''}`,
    );
}
