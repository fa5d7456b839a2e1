import { mendAddressOfDownLink } from '../diagnosis/address-of-down-link.ts';
import type { Diagnosed } from '../diagnosis/diagnose.ts';
import { mendUnheededVlans } from '../diagnosis/unheeded-vlans.ts';
import type { Way } from '../diagnosis/way.ts';
import { describeDrop } from '../diagnosis/words/kernel-line.ts';
import type { Outcome } from '../probes/outcome.ts';
import type { ReachReport } from '../probes/reach.ts';
import type { Message } from '../report/failure/failure-meta.ts';
import { describeDropped, dropWords, type WantedDrop } from './dropped-by.ts';
import { isInconclusive } from './is-inconclusive.ts';
import { describeDevice, milliseconds, plural } from './message.ts';
import type { Waypoints } from './through.ts';
import { mendOf, whyOf } from './why.ts';

/** What the spec wants of the answer. Times are in milliseconds. */
export interface WantedReach {
  isNot: boolean;
  within: number;
  /** Undefined where the spec leaves it to hairpin. */
  hold: number | undefined;
  because: Outcome | undefined;
  /** The cause that was to be the one. */
  drop: WantedDrop | undefined;
  waypoints: Waypoints | undefined;
}

/** What was expected, and everything that is known of what came. */
interface ReachCase extends WantedReach {
  ways: readonly Way[];
  /** Why there was no answer; undefined where there was one. */
  diagnosed: Pick<Diagnosed, 'diagnosis' | 'translated' | 'isPast' | 'failure'> | undefined;
  /** How many frames the taps had no room for since the question began, so that they are missing on the paths. */
  missed?: number | undefined;
  /** What is wrong with an answered probe's path. */
  detour: string | undefined;
  /** What to do about an answer that is not the target's. */
  hint?: string | undefined;
  /** What to do about an answer of a listener that hairpin opened. */
  ownListener?: string | undefined;
}

/** The message of a failed `toReach`. */
export function describeReach(title: string, report: ReachReport, asked: ReachCase): Message {
  const { question, by, port } = report;
  const { device, address } = question.source;
  const { diagnosed } = asked;
  const drop = diagnosed?.diagnosis.drop;
  const target = `${question.to.namespace?.name ?? 'no namespace of the lab:'} ${question.to.address}`;
  return {
    title,
    lines: [
      ['From', `${question.from.name} ${address} (${describeDevice(device)})`],
      ['To', `${target}, ${describeWay(by, question.family, port)}`],
      ['Expected', describeExpectation(asked)],
      ['Received', describeOutcome(report, asked)],
      ['Asked again', diagnosed?.isPast ? 'one more probe was answered' : undefined],
      ['Dropped by', asked.drop && diagnosed && describeDropped(diagnosed.diagnosis)],
      ['Why', diagnosed && whyOf(diagnosed.diagnosis)],
      ['Translated', diagnosed?.translated],
      ['Kernel', diagnosed?.failure ?? (drop && describeDrop(drop))],
      ['Taps', describeMissed(asked.missed)],
    ],
    // Of an answered question the answer's way is no news.
    ways: report.outcome === 'answered' ? asked.ways.slice(0, 1) : asked.ways,
    hint: asked.hint ?? hintFor(report, asked) ?? (diagnosed && mendOf(diagnosed.diagnosis)) ?? asked.ownListener,
  };
}

function describeMissed(missed = 0): string | undefined {
  return missed === 0 ? undefined : `they had no room for ${plural(missed, 'frame')}, so the paths may have gaps`;
}

function describeExpectation({ isNot, within, hold, because, drop, waypoints }: ReachCase): string {
  const reason = drop ? `, dropped by ${dropWords(drop)}` : because ? `, because ${because}` : '';
  if (isNot) return `no answer${hold === undefined ? '' : ` for ${hold} ms`}${reason}`;
  const { through = [], notThrough = [] } = waypoints ?? {};
  return [
    `an answer within ${within} ms`,
    ...(through.length > 0 ? [`through ${through.join(', then ')}`] : []),
    ...(notThrough.length > 0 ? [`not through ${notThrough.join(' or ')}`] : []),
  ].join(', ');
}

function describeOutcome(
  { question, outcome, reason, probes, roundTrip, unanswerable, sender }: ReachReport,
  { isNot, because, drop, detour, ways }: ReachCase,
): string {
  const inconclusive = isInconclusive(outcome, { isNot, because, drop }) ? 'inconclusive: ' : '';
  const count = plural(probes, 'probe');
  switch (outcome) {
    case 'answered':
      return [
        `an answer after ${milliseconds(roundTrip ?? 0)} (${count})`,
        ...(sender === undefined ? [] : [`from ${sender}, though ${question.to.address} was asked`]),
        ...(detour ? [detour] : []),
      ].join(', ');
    case 'lost': {
      // The neighbour table says that nobody answered; where somebody did, and it was lost, the taps know better.
      const elsewhere =
        sender === undefined
          ? undefined
          : `an answer came from ${sender}, but ${question.to.address} was asked, so no connected socket takes it`;
      const why = elsewhere ?? unanswerable ?? (ways.length > 1 ? undefined : reason);
      return `${inconclusive}none (${[why, count].filter(Boolean).join('; ')})`;
    }
    case 'refused':
      return `${inconclusive}a refusal: ${reason} (${count})`;
    case 'unsent':
      return `${inconclusive}nothing was sent: ${reason}`;
    case 'broken':
      return `${inconclusive}the probe failed: ${reason}`;
  }
}

function hintFor(
  { question, outcome, unanswerable, sender }: ReachReport,
  { isNot, because, drop, ways: [way] }: ReachCase,
): string | undefined {
  if (isNot && outcome === 'answered')
    return way && (mendUnheededVlans(way.path) ?? mendAddressOfDownLink(way.path, question.to.address));
  if (drop) return undefined;
  if (outcome === 'lost' && sender !== undefined) {
    const mend = `let the target answer from the address that was asked (ip route get, src), or ask ${sender}`;
    return isNot && because === undefined ? `${mend}; say { because: 'lost' } if that is the point` : mend;
  }
  if (isNot && unanswerable) {
    return "nothing shows that the target can answer at all: mend the target, or say { because: 'lost' } if that is the point";
  }
  if (isNot && outcome === 'unsent' && because === undefined) {
    return "the probe never left, so the network was not tested: mend the source, or say { because: 'unsent' } if that is the point";
  }
  return undefined;
}

function describeWay(by: ReachReport['by'], family: 4 | 6, port: number | undefined): string {
  const protocol = by === 'icmp' && family === 6 ? 'ICMPv6' : by.toUpperCase();
  return by === 'arp' || by === 'nd'
    ? by.toUpperCase()
    : `${protocol}${port === undefined ? '' : ` port ${port}`} over IPv${family}`;
}
