import { type Interface, Namespace, UsageError } from '../lab/index.ts';
import { checkOneOf, show } from '../lab/validate.ts';
import type { Outcome } from '../probes/outcome.ts';
import { checkReachOptions, checkWithin, type ReachOptions, type ReachReport, reach } from '../probes/reach.ts';
import {
  type Answer,
  assertionTitle,
  describeDevice,
  formatMessage,
  milliseconds,
  nameOf,
  plural,
  wordsOf,
} from './message.ts';

/** How long `toReach` goes on asking, in milliseconds. */
const WITHIN = 1000;

/** How long `.not.toReach` must hold, in milliseconds. Worst seen under load for an answer on software links: 12. */
const HOLD = 100;

/** The outcomes that a negative may rest on. `broken` never is one: nothing is known then. */
const REASONS = ['lost', 'refused', 'unsent'] as const satisfies readonly Outcome[];

export interface ToReachOptions extends ReachOptions {
  /** Without `.not`: how long to go on asking, in milliseconds. @default 1000 */
  within?: number;
  /** With `.not`: how long there must be no answer, in milliseconds. @default 100 */
  hold?: number;
  /**
   * With `.not`: the one outcome that counts. Without it `lost` and `refused` do, and `unsent` (the probe never left,
   * so the network was not asked) fails as inconclusive.
   */
  because?: (typeof REASONS)[number];
}

export async function toReach(
  this: { isNot: boolean },
  received: unknown,
  to: Namespace | Interface | string,
  options: ToReachOptions = {},
): Promise<Answer> {
  const { isNot } = this;
  const call = assertionTitle('toReach', nameOf(received), `${nameOf(to)}${wordsOf(options)}`, { isNot });
  checkReceiver(call, received);
  checkReachOptions(call, options, ['within', 'hold', 'because']);
  checkWithin(call, options);
  checkPolarity(call, options, isNot);
  const { within = WITHIN, hold = HOLD, because, ...question } = options;
  const report = await reach(call, received, to, question, { milliseconds: isNot ? hold : within });
  const holds = isNot ? isSoundNegative(report.outcome, because) : report.outcome === 'answered';
  return {
    // vitest turns `pass` around for .not: what does not hold must come out as a failure on either side.
    pass: holds !== isNot,
    message: () => describe(call, report, { isNot, within, hold, because }),
  };
}

function isSoundNegative(outcome: Outcome, because: Outcome | undefined): boolean {
  return because === undefined ? outcome === 'lost' || outcome === 'refused' : outcome === because;
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
  const stray = hold !== undefined ? 'hold' : because !== undefined ? 'because' : undefined;
  if (!isNot && stray)
    throw new UsageError(
      `${call}: ${stray} belongs to .not.toReach${stray === 'hold' ? '; without .not it is within' : ''}`,
    );
}

function describe(
  title: string,
  report: ReachReport,
  { isNot, within, hold, because }: { isNot: boolean; within: number; hold: number; because: Outcome | undefined },
): string {
  const { question, by, port } = report;
  const { device, address } = question.source;
  const expected = isNot
    ? `no answer for ${hold} ms${because ? `, because ${because}` : ''}`
    : `an answer within ${within} ms`;
  const inconclusive = isNot && report.outcome !== 'answered';
  return formatMessage({
    title,
    lines: [
      ['From', `${question.from.name} ${address} (${describeDevice(device)})`],
      [
        'To',
        `${question.to.namespace?.name ?? 'no namespace of the lab:'} ${question.to.address}, ${describeWay(by, question.family, port)}`,
      ],
      ['Expected', expected],
      ['Received', `${inconclusive && because === undefined ? 'inconclusive: ' : ''}${describeOutcome(report)}`],
    ],
    hint: hintFor(report, isNot, because),
  });
}

function describeOutcome({ outcome, reason, probes, roundTrip }: ReachReport): string {
  switch (outcome) {
    case 'answered':
      return `an answer after ${milliseconds(roundTrip ?? 0)} (${plural(probes, 'probe')})`;
    case 'lost':
      return `none (${reason ? `${reason}; ` : ''}${plural(probes, 'probe')})`;
    case 'refused':
      return `a refusal: ${reason} (${plural(probes, 'probe')})`;
    case 'unsent':
      return `nothing was sent: ${reason}`;
    case 'broken':
      return `the probe failed: ${reason}`;
  }
}

function hintFor({ outcome }: ReachReport, isNot: boolean, because: Outcome | undefined): string | undefined {
  if (isNot && outcome === 'unsent' && because === undefined) {
    return "a probe that never left says nothing of the network: mend the source, or say { because: 'unsent' } if that is the point";
  }
  return undefined;
}

function describeWay(by: ReachReport['by'], family: 4 | 6, port: number | undefined): string {
  const protocol = by === 'icmp' && family === 6 ? 'ICMPv6' : by.toUpperCase();
  return by === 'arp' ? 'ARP' : `${protocol}${port === undefined ? '' : ` port ${port}`} over IPv${family}`;
}
