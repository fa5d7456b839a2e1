import { linkCause } from '../diagnosis/causes/link.ts';
import { frameWay } from '../diagnosis/frame-way.ts';
import { wasIgnored, whyReceivesNothing } from '../diagnosis/why-receives-nothing.ts';
import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import type { Interface } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import { type FrameQuestion, type HearResult, hear } from '../probes/hear.ts';
import { frameEnd, isFrameKind } from '../probes/test-frame.ts';
import { hopsOf } from '../trace/path.ts';
import { PendingSessions } from '../trace/pending-sessions.ts';
import { quietIn } from '../trace/quiescence.ts';
import { decodeEthernet } from '../wire/ethernet.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { describeVlanTag, vlanTagsOf } from '../wire/vlan-tag.ts';
import type { Progress } from './assertion.ts';
import { correctFrameByTaps } from './correct-by-taps.ts';
import { doubtOfWay } from './doubt-of-way.ts';
import type { WantedDrop } from './dropped-by.ts';
import { type FrameMatcher, type FrameQuestionOptions, isOverIp } from './frame-options.ts';
import { shouldStopWaiting } from './lost-programs.ts';

/** A question whose options are checked, and what the spec wants of its answer. Times are in milliseconds. */
export interface WantedCopies {
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
export interface HeardCopies {
  result: HearResult;
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

/** Sends the frame, and listens at the receiver. */
export async function listenForCopies(wanted: WantedCopies, progress: Progress): Promise<HeardCopies> {
  const { matcher, question, options, isNot, least, hold, within, drop } = wanted;
  const { from, to } = question;
  const { because, copies, only } = options;
  const { lab } = to.namespace;
  const isCounted = isNot || copies !== undefined || only === true;
  const since = tapTime();
  // A copy must come within the time that the spec gives.
  const sessions = isNot || options.within === undefined ? new PendingSessions(lab) : undefined;
  const first = await hear(question, isCounted ? Number.POSITIVE_INFINITY : 1, {
    milliseconds: hold,
    wanted: least,
    within,
    quiet: () => quietIn(lab, 'frames', sessions),
    untilQuiet: options.within === undefined,
    isHopeless: () => shouldStopWaiting(lab, progress),
  });
  const heard = correctFrameByTaps(first, from, since);
  const doubt =
    heard.outcome === 'lost' && least === 0 && because === undefined && !drop && doubtOf(question, heard.frame);
  const result = doubt ? { ...heard, outcome: 'broken' as const, reason: doubt } : heard;
  const lost = result.outcome === 'lost';
  const tags = lost && !matcher.isStack ? tagsAt(question, result.frame) : undefined;
  const receiver = lost && because === undefined ? receiverCause(matcher, question) : undefined;
  // Whether its programs have joined a group may be the very question.
  const wantsNone = (isNot || copies === 0) && because === undefined && question.join !== false;
  const ignored = wantsNone && lost && matcher.isStack && isIgnored(question, result.frame);
  const others = only && result.outcome === 'answered' ? othersOf(wanted, result.frame) : [];
  // Nothing sent is nothing learnt, whichever way the question was put.
  const conclusive = !receiver && !ignored && (result.outcome === 'answered' || lost);
  return { result, receiver, ignored, tags, others, conclusive };
}

/** Why silence proves nothing, by the way that the frame went. */
function doubtOf({ from, to }: FrameQuestion, frame: Buffer): string | undefined {
  const way = frameWay(from, frame);
  return way && doubtOfWay(way, to);
}

/** Why the receiver would get nothing, whatever the network does. */
function receiverCause({ isStack }: FrameMatcher, { from, to, frame }: FrameQuestion): Cause | undefined {
  if (!isStack || !isFrameKind(frame)) return linkCause(to);
  return whyReceivesNothing(to, frame, isOverIp(frame) ? frameEnd(from).ip4 : undefined);
}

/** Whether the frame came to the receiver's device for this host, and the host's own stack did not take it. */
function isIgnored({ from, to, frame }: FrameQuestion, bytes: Buffer): boolean {
  const way = frameWay(from, bytes);
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
