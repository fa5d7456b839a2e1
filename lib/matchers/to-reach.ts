import { tapTime } from '../kernel/tap-clock.ts';
import { type Interface, Namespace, UsageError } from '../lab/index.ts';
import { checkOneOf, show } from '../lab/validate.ts';
import { watcher } from '../lab/watcher.ts';
import type { Outcome } from '../probes/outcome.ts';
import { checkReachOptions, checkWithin, type ReachOptions, type ReachReport, reach } from '../probes/reach.ts';
import { Capture } from '../trace/capture.ts';
import { tracePath } from '../trace/probe-path.ts';
import { quietIn } from '../trace/quiescence.ts';
import { standInOf } from '../trace/stand-in.ts';
import { waysOf } from '../trace/way.ts';
import { asSeen } from './as-seen.ts';
import { type Assertion, Progress } from './assertion.ts';
import { explainSilence, type Reasons } from './explain-silence.ts';
import { checkHold, holdIn } from './hold.ts';
import { givesUp } from './lost-programs.ts';
import { type Answer, assertionTitle, milliseconds, nameOf, wordsOf } from './message.ts';
import { describeReach } from './reach-message.ts';
import { checkThrough, describeDetour, type Waypoint } from './through.ts';

/** How long `toReach` goes on asking, in milliseconds. */
const WITHIN = 1000;

/** The outcomes that a negative may rest on. `broken` never is one: nothing is known then. */
const REASONS = ['lost', 'refused', 'unsent'] as const satisfies readonly Outcome[];

export interface ToReachOptions extends ReachOptions {
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
  checkReachOptions(call, options, ['within', 'hold', 'because', 'through', 'notThrough']);
  checkWithin(call, options);
  checkPolarity(call, options, isNot);
  const { within = WITHIN, because } = options;
  const hold = options.hold ?? (isNot ? holdIn(received.lab) : 0);
  const waypoints = checkThrough(call, received, options, isNot);
  const capture = Capture.of(received.lab);
  capture.beforeProbe();
  const lossesBefore = capture.losses.kernel;
  const since = tapTime();
  const quiet = () => quietIn(received.lab, 'packets');
  // A time that the spec gives is kept: something in its network may be slow.
  const patience = isNot
    ? {
        milliseconds: hold,
        control: because === undefined,
        quiet,
        untilQuiet: options.hold === undefined,
      }
    : { milliseconds: watcher()?.patience(within) ?? within, quiet, isHopeless: () => givesUp(received.lab, progress) };
  const nameOfTarget = nameOf(to);
  progress.goal = isNot
    ? `${options.hold === undefined ? 'the network to become quiet' : milliseconds(hold)} without an answer from ${nameOfTarget}`
    : `an answer from ${nameOfTarget}, for ${milliseconds(within)} at most`;
  const onSend = () => void progress.asked++;
  const report = asSeen(await reach(call, received, to, options, { ...patience, onSend }), since, isNot);
  const answered = report.outcome === 'answered';
  if (answered && !isNot) watcher()?.answered(report.elapsed);
  const holds = isNot ? isSoundNegative(report, because) : answered;
  // Of an address anybody may be asked; a namespace answers for itself.
  const wanted = typeof to === 'string' ? 'address' : 'namespace';
  const standIn = answered ? standInOf(report.question, report.recognize, { wanted, since }) : undefined;
  // Otherwise the taps are read only where there is something to tell: a passing assertion costs no more for them.
  if (holds && !waypoints && !standIn) return { pass: !isNot, message: () => '' };
  // What programs have made of the network since: a bridge, say, of which a cable's end is a port now.
  if (!received.lab.isPristine) received.lab.discover();
  const seen = tracePath(report.question, report.recognize, { answered, since });
  const detour = standIn
    ? `not ${standIn.orTarget ? 'surely ' : ''}of ${typeof to === 'string' ? to : report.question.to.namespace}: ${standIn.namespace} ${standIn.how}`
    : answered && waypoints
      ? describeDetour(waypoints, seen)
      : undefined;
  progress.goal = 'one more probe, to say why it failed';
  const { trace, recognize, loss, ...explained }: Reasons = answered
    ? { trace: seen, recognize: report.recognize }
    : await explainSilence(call, received, to, { question: options, report, trace: seen });
  const ways = trace ? waysOf(trace, loss, answered) : [];
  const message = describeReach(call, report, {
    isNot,
    within,
    hold,
    because,
    waypoints,
    ways,
    missed: capture.losses.kernel - lossesBefore,
    detour,
    ...explained,
    ...(standIn ? { hint: standIn.hint } : {}),
  });
  // vitest turns `pass` around for .not: what does not hold must come out as a failure on either side.
  const evidence = { lab: received.lab, failed: { recognize, ways, asked: report } };
  return { pass: (holds && !detour) !== isNot, message: () => message, evidence };
}

function isSoundNegative({ outcome, unanswerable }: ReachReport, because: Outcome | undefined): boolean {
  if (because !== undefined) return outcome === because;
  return (outcome === 'lost' && !unanswerable) || outcome === 'refused';
}

function checkReceiver(call: string, received: unknown): asserts received is Namespace {
  if (received instanceof Namespace && !received.lab.closed) return;
  if (received instanceof Namespace)
    throw new UsageError(`${call}: the lab of ${received.name} has ended; was the assertion awaited?`);
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
