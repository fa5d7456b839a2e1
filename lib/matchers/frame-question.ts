import { linkCause } from '../diagnosis/causes/link.ts';
import { type Diagnosis, undiagnosed } from '../diagnosis/diagnosis.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { frameWay } from '../diagnosis/frame-way.ts';
import { type Interface, type Lab, type Namespace, UsageError } from '../lab/index.ts';
import { WITHIN } from '../probes/patience.ts';
import { isFrameKind } from '../probes/test-frame.ts';
import { Capture } from '../trace/capture.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import type { Assertion } from './assertion.ts';
import { checkDroppedBy, isWantedDrop } from './dropped-by.ts';
import { describeFrames } from './frame-message.ts';
import {
  checkEnds,
  checkFrameOptions,
  type FrameMatcher,
  type FrameQuestionOptions,
  toDevice,
} from './frame-options.ts';
import { holdIn } from './hold.ts';
import { type HeardCopies, listenForCopies, type WantedCopies } from './listen-for-copies.ts';
import type { Answer } from './message.ts';
import { hearOnceMore } from './traced-frame.ts';

/** Puts the question of a matcher, and says what came of it. */
export async function askByFrame(
  { call: title, isNot, progress }: Assertion,
  matcher: FrameMatcher,
  received: unknown,
  sender: Namespace | Interface,
  options: FrameQuestionOptions,
): Promise<Answer> {
  const { name, join, listen } = matcher;
  checkFrameOptions(title, matcher, options, isNot);
  const { frame = 'broadcast' } = options;
  const to = toDevice(title, 'expect() takes the receiver', received);
  const from = toDevice(title, `${name} takes the sender`, sender);
  const { lab } = to.namespace;
  matcher.check(title, lab, frame);
  checkEnds(title, matcher, from, to, frame);
  if (options.only && !lab.taps) throw new UsageError(`${title}: only needs the lab's taps: createLab({ taps: true })`);
  const least = isNot ? 0 : (options.copies ?? 1);
  const negative = `.not.${name}, and to copies: 0`;
  const drop = checkDroppedBy(title, lab, options, { isNegative: isNot || options.copies === 0, negative });
  // Before the first wait, during which the time of the test may end.
  progress.goal = least === 0 ? `copies of the frame of ${from}, of which none must come` : `the frame of ${from}`;
  Capture.of(lab).beforeProbe();
  const question = { from, to, frame, join, listen };
  const wanted = { title, matcher, question, options, isNot, least, drop, ...(await timesOf(lab, options, least)) };
  const got = await listenForCopies(wanted, progress);
  return isAsWanted(wanted, got) ? { pass: !isNot } : explain(wanted, got);
}

async function timesOf(
  lab: Lab,
  { within }: FrameQuestionOptions,
  least: number,
): Promise<Pick<WantedCopies, 'hold' | 'within'>> {
  // A copy that is wanted is waited for longer than one too many.
  const hold = within ?? (await holdIn(lab));
  return { hold, within: least === 0 ? hold : (within ?? (await holdIn(lab, WITHIN))) };
}

/** A wanted cause of a loss (`droppedBy`) is known only after a diagnosis. */
function isAsWanted(
  { options: { copies }, isNot, drop }: WantedCopies,
  { result, others, conclusive }: HeardCopies,
): boolean {
  const isRightCount = copies === undefined ? result.copies > 0 : result.copies === copies;
  return !drop && conclusive && others.length === 0 && isRightCount !== isNot;
}

/** Says why the copies are not the wanted ones, unless the frame turns out to be lost by the wanted cause. */
async function explain(wanted: WantedCopies, got: HeardCopies): Promise<Answer> {
  const { matcher, question, options, isNot, drop } = wanted;
  const { from, to, frame, join } = question;
  const { result, receiver, conclusive } = got;
  const { outcome } = result;
  const joined = join !== false;
  const goal = got.tags === undefined ? to : undefined;
  const seen = outcome === 'lost' ? frameWay(from, result.frame, goal, { joined }) : undefined;
  const again = outcome === 'lost' && !got.tags ? await hearOnceMore(question, drop !== undefined) : undefined;
  // The second time it was otherwise: then there is nothing to explain.
  const traced =
    again?.outcome === 'lost' ? frameWay(from, again.frame, to, { joined, packets: again.packets }) : undefined;
  const way = traced ?? seen ?? (outcome === 'unsent' ? undefined : frameWay(from, result.frame));
  // What the receiver itself refuses is no matter of the way.
  const ways = way ? [receiver ? { ...way, lost: undefined } : way] : [];
  const unsent = outcome === 'unsent' ? linkCause(from) : undefined;
  // Whose fault it is: the receiver's own, the sender's, or that of the way between.
  const [cause, host] = receiver ? [receiver, to.namespace] : [unsent, from.namespace];
  const finding: Finding | undefined = cause ? { cause, certainty: 'model', of: 'probe', host } : way?.lost;
  const made: Diagnosis = { ...undiagnosed(outcome), ...finding };
  const isSilent = result.copies === 0 && (outcome === 'lost' || outcome === 'unsent');
  if (drop && isSilent && isWantedDrop(drop, made)) return { pass: !isNot };
  const diagnosis = isSilent ? made : undefined;
  const isInconclusive = !conclusive && (!drop || outcome === 'broken');
  const { copies, only } = options;
  const message = describeFrames({ ...wanted, ...got, diagnosis, isInconclusive, ways });
  const identities = [result, again].map((sent) => sent && frameIdentity(sent.frame));
  const recognize = (bytes: Buffer) => (identities.includes(frameIdentity(bytes)) ? ('probe' as const) : undefined);
  const asked = {
    ...{ frame: isFrameKind(frame) ? frame : result.frame, from, to },
    // Only a stack joins.
    joined: joined && matcher.isStack,
    copies: { sent: result.frame, tags: matcher.tags, count: copies, only },
  };
  return {
    pass: isNot,
    isInconclusive,
    message,
    evidence: { lab: to.namespace.lab, failed: { recognize, ways, diagnosis, asked } },
  };
}
