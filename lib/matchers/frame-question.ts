import { linkCause } from '../diagnosis/causes/link.ts';
import { type Diagnosis, undiagnosed } from '../diagnosis/diagnosis.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { frameWay } from '../diagnosis/frame-way.ts';
import type { Way } from '../diagnosis/way.ts';
import { wasIgnored, whyReceivesNothing } from '../diagnosis/why-receives-nothing.ts';
import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import { tapTime } from '../kernel/tap-clock.ts';
import { type Interface, type Lab, type Namespace, UsageError } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import { type FrameQuestion, type HearResult, hear } from '../probes/hear.ts';
import { WITHIN } from '../probes/patience.ts';
import { frameEnd, isFrameKind } from '../probes/test-frame.ts';
import { Capture } from '../trace/capture.ts';
import { hopsOf } from '../trace/path.ts';
import { quietIn } from '../trace/quiescence.ts';
import { decodeEthernet } from '../wire/ethernet.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { describeVlanTag, vlanTagsOf } from '../wire/vlan-tag.ts';
import { type Assertion, Progress } from './assertion.ts';
import { correctFrameByTaps } from './correct-by-taps.ts';
import { checkDroppedBy, isWantedDrop, type WantedDrop } from './dropped-by.ts';
import { describeFrames } from './frame-message.ts';
import {
  checkEnds,
  checkFrameOptions,
  type FrameMatcher,
  type FrameQuestionOptions,
  isOverIp,
  toDevice,
} from './frame-options.ts';
import { holdIn } from './hold.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, assertionTitle, nameOf, wordsOf } from './message.ts';
import { hearOnceMore } from './traced-frame.ts';

/** Puts the question of a matcher, and says what came of it. */
export async function askByFrame(
  { isNot, progress = new Progress() }: Assertion,
  matcher: FrameMatcher,
  received: unknown,
  sender: Namespace | Interface,
  options: FrameQuestionOptions,
): Promise<Answer> {
  const { name, join, listen } = matcher;
  const title = assertionTitle(name, nameOf(received), `${nameOf(sender)}${wordsOf(options)}`, { isNot });
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
  const got = await listenFor(wanted, progress);
  return isAsWanted(wanted, got) ? { pass: !isNot } : explain(wanted, got);
}

/** A question whose options are checked, and what the spec wants of its answer. Times are in milliseconds. */
interface WantedCopies {
  title: string;
  matcher: FrameMatcher;
  question: FrameQuestion;
  options: FrameQuestionOptions;
  isNot: boolean;
  /** How many copies must come at least. */
  least: number;
  /** How long to wait for copies that must not come. */
  hold: number;
  /** How long to wait for those that must. */
  within: number;
  drop: WantedDrop | undefined;
}

/** What became of the frame, and what that says of the receiver. */
interface Got {
  result: HearResult;
  /** The way of a frame that was lost. */
  seen: Way | undefined;
  /** Why the receiver would hear nothing, whatever the network does. */
  receiver: Cause | undefined;
  /** Whether the frame came to the receiver's device, and its own stack did not take it. */
  ignored: boolean;
  /** The tags of a copy that came to the device, and has others than were wanted. */
  tags: string | undefined;
  /** Other hosts' devices that got a copy, where none was to. */
  others: readonly Interface[];
  conclusive: boolean;
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

/** Sends the frame, and listens at the receiver. */
async function listenFor(wanted: WantedCopies, progress: Progress): Promise<Got> {
  const { matcher, question, options, isNot, least, hold, within } = wanted;
  const { from, to } = question;
  const { because, copies, only } = options;
  const { lab } = to.namespace;
  const isCounted = isNot || copies !== undefined || only === true;
  const since = tapTime();
  const heard = await hear(question, isCounted ? Number.POSITIVE_INFINITY : 1, {
    milliseconds: hold,
    wanted: least,
    within,
    quiet: () => quietIn(lab, 'frames'),
    untilQuiet: options.within === undefined,
    isHopeless: () => shouldStopWaiting(lab, progress),
  });
  const result = correctFrameByTaps(heard, from, since);
  const lost = result.outcome === 'lost';
  const joined = question.join !== false;
  const tags = lost && !matcher.isStack ? tagsAt(question, result.frame) : undefined;
  const seen = lost ? frameWay(from, result.frame, tags === undefined ? to : undefined, { joined }) : undefined;
  const receiver = lost && because === undefined ? receiverCause(matcher, question) : undefined;
  // Whether its programs have joined a group may be the very question.
  const wantsNone = (isNot || copies === 0) && because === undefined && joined;
  const ignored = wantsNone && lost && matcher.isStack && isIgnored(question, result.frame, seen);
  const others = only && result.outcome === 'answered' ? othersOf(wanted, result.frame) : [];
  // Nothing sent is nothing learnt, whichever way the question was put.
  const conclusive = !receiver && !ignored && (result.outcome === 'answered' || lost);
  return { result, seen, receiver, ignored, tags, others, conclusive };
}

/** Why the receiver would get nothing, whatever the network does. */
function receiverCause({ isStack }: FrameMatcher, { from, to, frame }: FrameQuestion): Cause | undefined {
  if (!isStack || !isFrameKind(frame)) return linkCause(to);
  return whyReceivesNothing(to, frame, isOverIp(frame) ? frameEnd(from).ip4 : undefined);
}

/** Whether the frame came to the receiver's device for this host, and the host's own stack did not take it. */
function isIgnored({ to, frame }: FrameQuestion, bytes: Buffer, way: Way | undefined): boolean {
  if (isFrameKind(frame)) return wasIgnored(to, frame, way);
  const { destination = '' } = decodeEthernet(bytes) ?? {};
  // What is for another MAC address is not for this stack, whatever the receiver is.
  if (!way || (destination !== to.mac && !isGroupMac(destination))) return false;
  return hopsOf(way.path).some((hop) => hop.frame.at === to && hop.frame.direction === 'in');
}

/** With which tags a frame came to the receiver's device; undefined where it did not come. */
function tagsAt({ from, to }: FrameQuestion, frame: Buffer): string | undefined {
  const way = frameWay(from, frame);
  const came = way && hopsOf(way.path).find(({ frame: { at, direction } }) => at === to && direction === 'in');
  return came && (vlanTagsOf(came.frame.bytes).map(describeVlanTag).join(', ') || 'no tag');
}

/** The devices of other hosts that a copy came to, in the order of its way. */
function othersOf({ matcher, question: { from, to } }: WantedCopies, frame: Buffer): Interface[] {
  const way = frameWay(from, frame);
  const ends = way ? hopsOf(way.path).filter(({ next }) => next.length === 0) : [];
  const came = ends.filter(({ frame: { at, direction, packetType } }) => {
    const isTaken = !matcher.isStack || packetType !== PACKET_OTHERHOST;
    return direction === 'in' && !at.isPort && at !== to && isTaken;
  });
  return [...new Set(came.map((hop) => hop.frame.at))];
}

/** A wanted cause of a loss (`droppedBy`) is known only after a diagnosis. */
function isAsWanted({ options: { copies }, isNot, drop }: WantedCopies, { result, others, conclusive }: Got): boolean {
  const isRightCount = copies === undefined ? result.copies > 0 : result.copies === copies;
  return !drop && conclusive && others.length === 0 && isRightCount !== isNot;
}

/** Says why the copies are not the wanted ones, unless the frame turns out to be lost by the wanted cause. */
async function explain(wanted: WantedCopies, got: Got): Promise<Answer> {
  const { title, matcher, question, options, isNot, drop } = wanted;
  const { from, to, frame, join } = question;
  const { result, seen, receiver, conclusive } = got;
  const { outcome } = result;
  const joined = join !== false;
  const again = outcome === 'lost' && !got.tags ? await hearOnceMore(question) : undefined;
  // The second time it was otherwise: then there is nothing to explain.
  const traced =
    again?.outcome === 'lost' ? frameWay(from, again.frame, to, { joined, packets: again.packets }) : undefined;
  const way = traced ?? seen ?? (outcome === 'unsent' ? undefined : frameWay(from, result.frame));
  // What the receiver itself refuses is no matter of the way.
  const ways = way ? [receiver ? { ...way, lost: undefined } : way] : [];
  const unsent = outcome === 'unsent' ? linkCause(from) : undefined;
  const made: Diagnosis = { ...undiagnosed(outcome), ...findingOf({ receiver, unsent, way, from, to }) };
  const isSilent = result.copies === 0 && (outcome === 'lost' || outcome === 'unsent');
  if (drop && isSilent && isWantedDrop(drop, made)) return { pass: !isNot };
  const diagnosis = isSilent ? made : undefined;
  const isInconclusive = !conclusive && (!drop || outcome === 'broken');
  const { copies, only } = options;
  const message = describeFrames(title, { ...wanted, ...got, ...question, copies, diagnosis, isInconclusive, ways });
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

/** Whose fault it is: the receiver's own, the sender's, or that of the way between. */
function findingOf({
  receiver,
  unsent,
  way,
  from,
  to,
}: {
  receiver: Cause | undefined;
  unsent: Cause | undefined;
  way: Way | undefined;
  from: Interface;
  to: Interface;
}): Finding | undefined {
  if (receiver) return { cause: receiver, certainty: 'model', of: 'probe', host: to.namespace };
  if (unsent) return { cause: unsent, certainty: 'model', of: 'probe', host: from.namespace };
  return way?.lost;
}
