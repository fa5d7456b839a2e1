import { diagnose } from '../diagnosis/diagnose.ts';
import { waysOf } from '../diagnosis/way.ts';
import { now } from '../kernel/clock.ts';
import { checkOneOf, show } from '../kernel/validate.ts';
import { type Interface, Namespace, UsageError } from '../lab/index.ts';
import { watcher } from '../lab/watcher.ts';
import type { Outcome } from '../probes/outcome.ts';
import { WITHIN } from '../probes/patience.ts';
import { checkReachOptions, checkWithin, type ReachOptions, type ReachReport } from '../probes/reach.ts';
import { Capture } from '../trace/capture.ts';
import { quietIn } from '../trace/quiescence.ts';
import { type Assertion, Progress } from './assertion.ts';
import { checkDroppedBy, type DroppedByOptions, isWantedDrop } from './dropped-by.ts';
import { isPassive } from './evidence-place.ts';
import { checkHold, holdIn } from './hold.ts';
import { isInconclusive } from './is-inconclusive.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, assertionTitle, milliseconds, nameOf, wordsOf } from './message.ts';
import { putQuestion, traceOf } from './put-question.ts';
import { describeReach } from './reach-message.ts';
import { checkThrough, type Waypoint } from './through.ts';

/** The outcomes that a negative may rest on. `broken` never is one: nothing is known then. */
const REASONS = ['lost', 'refused', 'unsent'] as const satisfies readonly Outcome[];

export interface ToReachOptions extends ReachOptions, DroppedByOptions {
  /** Without `.not`: how long to go on asking, in milliseconds. @default 1000 */
  within?: number;
  /**
   * With `.not`: how long there must be no answer, in milliseconds.
   *
   * @default until nothing is under way any more; where that cannot be known 100, and where somebody may answer late (DAD,
   * a slow proxy, a queueing discipline) as long besides
   */
  hold?: number;
  /**
   * With `.not`: the one outcome that counts. Without it `lost` and `refused` do, and it fails as inconclusive when
   * nothing was learnt of the network: when the probe never left (`unsent`), and when it was lost and the target does
   * not even answer itself.
   */
  because?: (typeof REASONS)[number];
  /** Without `.not`: where the answered probe must have come by; of a list, in this order. */
  through?: Waypoint | readonly Waypoint[];
  /** Without `.not`: where it must not have come by. */
  notThrough?: Waypoint | readonly Waypoint[];
}

export async function toReach(
  this: Assertion,
  received: unknown,
  to: Namespace | Interface | string,
  options: ToReachOptions = {},
): Promise<Answer> {
  const { isNot, progress = new Progress() } = this;
  const call = assertionTitle('toReach', nameOf(received), `${nameOf(to)}${wordsOf(options)}`, { isNot });
  checkReceiver(call, received);
  checkReachOptions(call, options, ['within', 'hold', 'because', 'droppedBy', 'at', 'through', 'notThrough']);
  checkWithin(call, options);
  checkPolarity(call, options, isNot);
  const drop = checkDroppedBy(call, received.lab, options, { isNegative: isNot, negative: '.not.toReach' });
  const { within = WITHIN, because } = options;
  const hold = options.hold ?? (isNot ? await holdIn(received.lab) : 0);
  const waypoints = checkThrough(call, received, options, isNot);
  const capture = Capture.of(received.lab);
  capture.beforeProbe();
  const lossesBefore = capture.losses.kernel;
  const quiet = () => quietIn(received.lab, 'packets');
  // A time that the spec gives is kept: something in its network may be slow.
  const patience = isNot
    ? {
        milliseconds: hold,
        control: because === undefined && !drop,
        quiet,
        untilQuiet: options.hold === undefined,
      }
    : {
        milliseconds: watcher()?.patience(within) ?? within,
        quiet,
        isHopeless: () => shouldStopWaiting(received.lab, progress),
      };
  const nameOfTarget = nameOf(to);
  progress.goal = isNot
    ? `${options.hold === undefined ? 'the network to become quiet' : milliseconds(hold)} without an answer from ${nameOfTarget}`
    : `an answer from ${nameOfTarget}, for ${milliseconds(within)} at most`;
  const onSend = () => void progress.asked++;
  const started = now();
  const put = await putQuestion({
    ...{ call, from: received, to, options, isNot, waypoints },
    patience: { ...patience, onSend },
  });
  const { report, fault } = put;
  const answered = report.outcome === 'answered';
  if (answered && !isNot) watcher()?.answered(now() - started);
  const holds = (isNot ? !drop && isSoundNegative(report, because) : answered) && !fault;
  if (holds) return { pass: !isNot, message: () => '' };
  const seen = traceOf(put);
  progress.goal = 'one more probe, to say why there was no answer';
  const diagnosed = answered
    ? undefined
    : await diagnose({ call, from: received, to, options, report, trace: seen }, isPassive());
  const isKnown = diagnosed !== undefined && !diagnosed.isPast && report.outcome !== 'broken';
  if (drop && isKnown && isWantedDrop(drop, diagnosed.diagnosis)) return { pass: false, message: () => '' };
  const { trace, recognize } = diagnosed ?? { trace: seen, recognize: report.recognize };
  const ways = trace ? waysOf(trace, diagnosed?.diagnosis, answered) : [];
  const message = describeReach(call, report, {
    isNot,
    within,
    hold,
    because,
    drop,
    waypoints,
    ways,
    missed: capture.losses.kernel - lossesBefore,
    detour: fault,
    diagnosed,
    ...(put.hint ? { hint: put.hint } : {}),
  });
  // vitest turns `pass` around for .not: what does not hold must come out as a failure on either side.
  const evidence = { lab: received.lab, failed: { recognize, ways, asked: report, diagnosis: diagnosed?.diagnosis } };
  const inconclusive = isInconclusive(report.outcome, { isNot, because, drop });
  return { pass: isNot, isInconclusive: inconclusive, message: () => message, evidence };
}

function isSoundNegative({ outcome, unanswerable }: ReachReport, because: Outcome | undefined): boolean {
  if (because !== undefined) return outcome === because;
  return (outcome === 'lost' && !unanswerable) || outcome === 'refused';
}

function checkReceiver(call: string, received: unknown): asserts received is Namespace {
  if (received instanceof Namespace && !received.lab.closed) return;
  if (received instanceof Namespace)
    throw new UsageError(`${call}: the lab of ${received.name} is closed; was the assertion awaited?`);
  throw new UsageError(`${call}: expect() takes the namespace that asks: received ${show(received)}`);
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
