import { linkCause } from '../diagnosis/causes/link.ts';
import { type Diagnosis, undiagnosed } from '../diagnosis/diagnosis.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { frameWay } from '../diagnosis/frame-way.ts';
import type { Way } from '../diagnosis/way.ts';
import { wasIgnored, whyReceivesNothing } from '../diagnosis/why-receives-nothing.ts';
import { tapTime } from '../kernel/tap-clock.ts';
import { checkBoolean, checkInteger, checkMilliseconds, checkOneOf, checkOptions, show } from '../kernel/validate.ts';
import { Interface, type Lab, Namespace, UsageError } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import { type HearResult, hear, missingAddress } from '../probes/hear.ts';
import { WITHIN } from '../probes/patience.ts';
import { FRAMES, type FrameKind, frameEnd } from '../probes/test-frame.ts';
import { Capture } from '../trace/capture.ts';
import { quietIn } from '../trace/quiescence.ts';
import { frameIdentity } from '../wire/frame-identity.ts';
import { type Assertion, Progress } from './assertion.ts';
import { correctFrameByTaps } from './correct-by-taps.ts';
import { checkDroppedBy, type DroppedByOptions, isWantedDrop, type WantedDrop } from './dropped-by.ts';
import { describeHeard } from './hear-message.ts';
import { checkHold, holdIn } from './hold.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, assertionTitle, nameOf, wordsOf } from './message.ts';
import { hearOnceMore } from './traced-frame.ts';

export interface ToHearOptions extends DroppedByOptions {
  /**
   * The frame that is sent: `unicast` is IPv4 to the receiver's MAC address, `broadcast` to 255.255.255.255,
   * `multicast` to 224.0.0.251, which the receiver joins (`join`); `arp` a request, `nd` a solicitation for its address.
   *
   * @default 'broadcast'
   */
  frame?: FrameKind;
  /** Of `multicast`: false leaves joining the group to the receiver's own programs. @default true */
  join?: boolean;
  /**
   * With `.not`, and with `copies: 0`: `lost` takes the receiver's silence as it is. Without it that is inconclusive, and
   * fails, where the receiver would hear nothing whatever the network does: it is down, or its own stack takes nothing.
   */
  because?: 'lost';
  /** Exactly so many copies. Without it, one or more. */
  copies?: number;
  /**
   * How long to wait for copies, in milliseconds. With `copies` and with `.not` all of it is waited.
   *
   * @default until nothing is under way any more; where that cannot be known, 1000 for a copy that is wanted and 100 for one
   * that is not, and where a queueing discipline may keep frames back 1000 besides
   */
  within?: number;
}

export async function toHear(
  this: Assertion,
  received: unknown,
  sender: Namespace | Interface,
  options: ToHearOptions = {},
): Promise<Answer> {
  const { isNot, progress = new Progress() } = this;
  const title = assertionTitle('toHear', nameOf(received), `${nameOf(sender)}${wordsOf(options)}`, { isNot });
  checkHearOptions(title, options, isNot);
  const { frame = 'broadcast' } = options;
  const to = toDevice(title, 'expect() takes the receiver', received);
  const from = toDevice(title, 'toHear takes the sender', sender);
  checkEnds(title, from, to, frame);
  const { lab } = to.namespace;
  const least = isNot ? 0 : (options.copies ?? 1);
  const negative = '.not.toHear, and to copies: 0';
  const drop = checkDroppedBy(title, lab, options, { isNegative: isNot || options.copies === 0, negative });
  // Before the first wait, during which the time of the test may end.
  progress.goal = least === 0 ? `copies of the frame of ${from}, of which none must come` : `the frame of ${from}`;
  Capture.of(lab).beforeProbe();
  const wanted = { title, from, to, frame, options, isNot, least, drop, ...(await timesOf(lab, options, least)) };
  const heard = await listen(wanted, progress);
  return isAsWanted(wanted, heard) ? { pass: !isNot, message: () => '' } : explain(wanted, heard);
}

/** A question whose options are checked, and what the spec wants of its answer. Times are in milliseconds. */
interface WantedCopies {
  title: string;
  from: Interface;
  to: Interface;
  frame: FrameKind;
  options: ToHearOptions;
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
interface Heard {
  result: HearResult;
  /** The way of a frame that was lost. */
  seen: Way | undefined;
  /** Why the receiver would hear nothing, whatever the network does. */
  receiver: Cause | undefined;
  /** Whether the frame came to the receiver's device, and its own stack did not take it. */
  ignored: boolean;
  conclusive: boolean;
}

function checkHearOptions(title: string, options: ToHearOptions, isNot: boolean): void {
  checkOptions(title, options, ['frame', 'join', 'because', 'droppedBy', 'at', 'copies', 'within']);
  const { frame = 'broadcast', join, because, copies, within } = options;
  if (because !== undefined) checkOneOf(title, 'because', because, ['lost']);
  if (because !== undefined && !isNot && copies !== 0)
    throw new UsageError(`${title}: because belongs to .not.toHear, and to copies: 0`);
  checkOneOf(title, 'frame', frame, FRAMES);
  checkBoolean(title, 'join', join);
  if (join !== undefined && frame !== 'multicast')
    throw new UsageError(`${title}: join belongs to frame: 'multicast': received frame: '${frame}'`);
  checkInteger(title, 'copies', copies, 0, 1_000_000);
  checkMilliseconds(title, 'within', within);
  if (within !== undefined && (isNot || copies !== undefined)) checkHold(title, 'within', within);
  if (isNot && copies !== undefined)
    throw new UsageError(`${title}: copies belongs to toHear; .not means that none arrives`);
}

function checkEnds(title: string, from: Interface, to: Interface, frame: FrameKind): void {
  if (isOverIp(frame) && from.namespace === to.namespace) {
    // ip_route_input: a source address of one's own is a martian, so the stack would drop what it was given.
    throw new UsageError(
      `${title}: both ends are in ${to.namespace}, whose IP takes no packets from its own addresses: ask with frame: 'arp' or 'nd'`,
    );
  }
  if (from.namespace.lab !== to.namespace.lab) throw new UsageError(`${title}: both ends must be of the same lab`);
  for (const end of [from, to]) {
    const missing = missingAddress(end, frame);
    if (missing)
      throw new UsageError(
        `${title}: a frame of kind ${frame} needs an ${missing} address at both ends: ${end} has none`,
      );
  }
}

function isOverIp(frame: FrameKind): boolean {
  return frame !== 'arp' && frame !== 'nd';
}

async function timesOf(
  lab: Lab,
  { within }: ToHearOptions,
  least: number,
): Promise<Pick<WantedCopies, 'hold' | 'within'>> {
  // A copy that is wanted is waited for longer than one too many.
  const hold = within ?? (await holdIn(lab));
  return { hold, within: least === 0 ? hold : (within ?? (await holdIn(lab, WITHIN))) };
}

/** Sends the frame, and listens at the receiver. */
async function listen(wanted: WantedCopies, progress: Progress): Promise<Heard> {
  const { from, to, frame, options, isNot, least, hold, within } = wanted;
  const { join, because, copies } = options;
  const { lab } = to.namespace;
  const isCounted = isNot || copies !== undefined;
  const since = tapTime();
  const heard = await hear(to, from, frame, isCounted ? Number.POSITIVE_INFINITY : 1, {
    milliseconds: hold,
    wanted: least,
    within,
    quiet: () => quietIn(lab, 'frames'),
    untilQuiet: options.within === undefined,
    isHopeless: () => shouldStopWaiting(lab, progress),
    join,
  });
  const result = correctFrameByTaps(heard, from, since);
  const lost = result.outcome === 'lost';
  const seen = lost ? frameWay(from, result.frame, to, { joined: join !== false }) : undefined;
  const source = isOverIp(frame) ? frameEnd(from).ip4 : undefined;
  const receiver = lost && because === undefined ? whyReceivesNothing(to, frame, source) : undefined;
  // Whether its programs have joined a group may be the very question.
  const wantsNone = (isNot || copies === 0) && because === undefined && join !== false;
  const ignored = wantsNone && lost && wasIgnored(to, frame, seen);
  // Nothing sent is nothing learnt, whichever way the question was put.
  const conclusive = !receiver && !ignored && (result.outcome === 'answered' || lost);
  return { result, seen, receiver, ignored, conclusive };
}

/** A wanted cause of a loss (`droppedBy`) is known only after a diagnosis. */
function isAsWanted({ options: { copies }, isNot, drop }: WantedCopies, { result, conclusive }: Heard): boolean {
  const isRightCount = copies === undefined ? result.copies > 0 : result.copies === copies;
  return !drop && conclusive && isRightCount !== isNot;
}

/** Says why the copies are not the wanted ones, unless the frame turns out to be lost by the wanted cause. */
async function explain(wanted: WantedCopies, heard: Heard): Promise<Answer> {
  const { title, from, to, frame, options, isNot, drop } = wanted;
  const { result, seen, receiver, conclusive } = heard;
  const { outcome } = result;
  const joined = options.join !== false;
  const again = outcome === 'lost' ? await hearOnceMore(to, from, frame, options.join) : undefined;
  // The second time it was otherwise: then there is nothing to explain.
  const traced =
    again?.outcome === 'lost' ? frameWay(from, again.frame, to, { joined, packets: again.packets }) : undefined;
  const way = traced ?? seen ?? (outcome === 'unsent' ? undefined : frameWay(from, result.frame));
  // What the receiver itself refuses is no matter of the way.
  const ways = way ? [receiver ? { ...way, lost: undefined } : way] : [];
  const unsent = outcome === 'unsent' ? linkCause(from) : undefined;
  const made: Diagnosis = { ...undiagnosed(outcome), ...findingOf({ receiver, unsent, way, from, to }) };
  const isSilent = result.copies === 0 && (outcome === 'lost' || outcome === 'unsent');
  if (drop && isSilent && isWantedDrop(drop, made)) return { pass: !isNot, message: () => '' };
  const diagnosis = isSilent ? made : undefined;
  const isInconclusive = !conclusive && (!drop || outcome === 'broken');
  const { copies } = options;
  const message = describeHeard(title, { ...wanted, ...heard, copies, diagnosis, isInconclusive, ways });
  const identities = [result, again].map((sent) => sent && frameIdentity(sent.frame));
  const recognize = (bytes: Buffer) => (identities.includes(frameIdentity(bytes)) ? ('probe' as const) : undefined);
  return {
    pass: isNot,
    isInconclusive,
    message: () => message,
    evidence: { lab: to.namespace.lab, failed: { recognize, ways, diagnosis, asked: { frame, from, to, joined } } },
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

function toDevice(title: string, rule: string, end: unknown): Interface {
  if (end instanceof Interface) return end;
  if (end instanceof Namespace) {
    const [only, second] = end.interfaces;
    if (only && !second) return only;
    const names = end.interfaces.map(String).join(', ') || 'none';
    throw new UsageError(`${title}: ${rule}, an interface or a namespace with just one: ${end} has ${names}`);
  }
  throw new UsageError(`${title}: ${rule}, an interface or a namespace: received ${show(end)}`);
}
