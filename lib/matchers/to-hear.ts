import { linkCause } from '../diagnosis/causes/link.ts';
import { type Diagnosis, undiagnosed } from '../diagnosis/diagnosis.ts';
import type { Finding } from '../diagnosis/finding.ts';
import { frameWay } from '../diagnosis/frame-way.ts';
import type { Way } from '../diagnosis/way.ts';
import { wasIgnored, whyReceivesNothing } from '../diagnosis/why-receives-nothing.ts';
import { sayCause } from '../diagnosis/words/index.ts';
import { tapTime } from '../kernel/tap-clock.ts';
import { checkBoolean, checkInteger, checkMilliseconds, checkOneOf, checkOptions, show } from '../kernel/validate.ts';
import { Interface, Namespace, UsageError } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import { type HearResult, hear, missingAddress } from '../probes/hear.ts';
import { WITHIN } from '../probes/patience.ts';
import { FRAMES, type FrameKind, frameEnd } from '../probes/test-frame.ts';
import { Capture } from '../trace/capture.ts';
import { frameIdentity } from '../trace/frame-identity.ts';
import { quietIn } from '../trace/quiescence.ts';
import { type Assertion, Progress } from './assertion.ts';
import { correctFrameByTaps } from './correct-by-taps.ts';
import {
  checkDroppedBy,
  type DroppedByOptions,
  describeDropped,
  dropWords,
  isWantedDrop,
  type WantedDrop,
} from './dropped-by.ts';
import { checkHold, holdIn } from './hold.ts';
import { shouldStopWaiting } from './lost-programs.ts';
import { type Answer, assertionTitle, describeDevice, formatMessage, nameOf, plural, wordsOf } from './message.ts';
import { hearOnceMore } from './traced-frame.ts';
import { mendOf, mendOfWays, whyOf } from './why.ts';

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
  checkOptions(title, options, ['frame', 'join', 'because', 'droppedBy', 'at', 'copies', 'within']);
  const { frame = 'broadcast', join, because, copies } = options;
  if (because !== undefined) checkOneOf(title, 'because', because, ['lost']);
  if (because !== undefined && !isNot && copies !== 0)
    throw new UsageError(`${title}: because belongs to .not.toHear, and to copies: 0`);
  checkOneOf(title, 'frame', frame, FRAMES);
  checkBoolean(title, 'join', join);
  if (join !== undefined && frame !== 'multicast')
    throw new UsageError(`${title}: join belongs to frame: 'multicast': received frame: '${frame}'`);
  checkInteger(title, 'copies', copies, 0, 1_000_000);
  checkMilliseconds(title, 'within', options.within);
  if (options.within !== undefined && (isNot || copies !== undefined)) checkHold(title, 'within', options.within);
  if (isNot && copies !== undefined)
    throw new UsageError(`${title}: copies belongs to toHear; .not means that none arrives`);
  const to = toDevice(title, 'expect() takes the receiver', received);
  const from = toDevice(title, 'toHear takes the sender', sender);
  const overIp = frame !== 'arp' && frame !== 'nd';
  if (overIp && from.namespace === to.namespace) {
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
  const { lab } = to.namespace;
  const isNegative = isNot || copies === 0;
  const negative = '.not.toHear, and to copies: 0';
  const drop = checkDroppedBy(title, lab, options, { isNegative, negative });
  Capture.of(lab).beforeProbe();
  // A copy that is wanted is waited for longer than one too many.
  const hold = options.within ?? (await holdIn(lab));
  const wanted = isNot ? 0 : (copies ?? 1);
  const within = wanted === 0 ? hold : (options.within ?? (await holdIn(lab, WITHIN)));
  const isCounted = isNot || copies !== undefined;
  progress.goal = wanted === 0 ? `copies of the frame of ${from}, of which none must come` : `the frame of ${from}`;
  const since = tapTime();
  const heard = await hear(to, from, frame, isCounted ? Number.POSITIVE_INFINITY : 1, {
    milliseconds: hold,
    wanted,
    within,
    quiet: () => quietIn(lab, 'frames'),
    untilQuiet: options.within === undefined,
    isHopeless: () => shouldStopWaiting(lab, progress),
    join,
  });
  const result = correctFrameByTaps(heard, from, since);
  const isAsWanted = copies === undefined ? result.copies > 0 : result.copies === copies;
  const lost = result.outcome === 'lost';
  const seen = lost ? frameWay(from, result.frame, to, { joined: join !== false }) : undefined;
  const deaf =
    lost && because === undefined ? whyReceivesNothing(to, frame, overIp ? frameEnd(from).ip4 : undefined) : undefined;
  // Whether its programs have joined a group may be the very question.
  const wantsNone = isNegative && because === undefined && join !== false;
  const ignored = wantsNone && lost && wasIgnored(to, frame, seen);
  // Nothing sent is nothing learnt, whichever way the question was put.
  const conclusive = !deaf && !ignored && (result.outcome === 'answered' || result.outcome === 'lost');
  const holds = !drop && conclusive && isAsWanted !== isNot;
  if (holds) return { pass: !isNot, message: () => '' };
  const again = lost ? await hearOnceMore(to, from, frame, join) : undefined;
  // The second time it was otherwise: then there is nothing to explain.
  const traced =
    again?.outcome === 'lost'
      ? frameWay(from, again.frame, to, { joined: join !== false, packets: again.packets })
      : undefined;
  const way = traced ?? seen ?? (result.outcome === 'unsent' ? undefined : frameWay(from, result.frame));
  // What the receiver itself refuses is no matter of the way.
  const ways = way ? [deaf ? { ...way, lost: undefined } : way] : [];
  const { outcome } = result;
  const unsent = outcome === 'unsent' ? linkCause(from) : undefined;
  const diagnosis: Diagnosis = { ...undiagnosed(outcome), ...findingOf({ deaf, unsent, way, from, to }) };
  const isSilent = result.copies === 0 && (outcome === 'lost' || outcome === 'unsent');
  if (drop && isSilent && isWantedDrop(drop, diagnosis)) return { pass: !isNot, message: () => '' };
  const asked = { from, to, frame, copies, within, isNot, drop };
  const message = describe(title, {
    ...asked,
    result,
    diagnosis: isSilent ? diagnosis : undefined,
    deaf,
    ignored,
    ways,
  });
  const identities = [result, again].map((sent) => sent && frameIdentity(sent.frame));
  const recognize = (bytes: Buffer) => (identities.includes(frameIdentity(bytes)) ? ('probe' as const) : undefined);
  return {
    pass: isNot,
    isInconclusive: !conclusive && (!drop || result.outcome === 'broken'),
    message: () => message,
    evidence: {
      lab: to.namespace.lab,
      failed: {
        recognize,
        ways,
        diagnosis: isSilent ? diagnosis : undefined,
        asked: { frame, from, to, joined: join !== false },
      },
    },
  };
}

/** Whose fault it is: the receiver's own, the sender's, or that of the way between. */
function findingOf({
  deaf,
  unsent,
  way,
  from,
  to,
}: {
  deaf: Cause | undefined;
  unsent: Cause | undefined;
  way: Way | undefined;
  from: Interface;
  to: Interface;
}): Finding | undefined {
  if (deaf) return { cause: deaf, certainty: 'model', of: 'probe', host: to.namespace };
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

function describe(
  title: string,
  asked: {
    from: Interface;
    to: Interface;
    frame: FrameKind;
    copies: number | undefined;
    within: number;
    isNot: boolean;
    drop: WantedDrop | undefined;
    result: HearResult;
    /** Undefined where something came. */
    diagnosis: Diagnosis | undefined;
    deaf: Cause | undefined;
    ignored: boolean;
    ways: readonly Way[];
  },
): string {
  const { from, to, frame, copies, within, isNot, drop, result, diagnosis, deaf, ignored, ways } = asked;
  const wanted = isNot
    ? 'no copy'
    : copies === undefined
      ? 'a copy'
      : copies === 0
        ? 'no copy'
        : `exactly ${plural(copies, 'copy')}`;
  const stack = ignored ? `it came to ${to}, whose own stack did not take it` : undefined;
  const unknown = (deaf && sayCause(deaf).text) ?? stack ?? (result.reason && `nothing was sent: ${result.reason}`);
  const received = result.copies === 0 ? 'none' : plural(result.copies, 'copy');
  return formatMessage({
    title,
    lines: [
      ['From', `${from.namespace} ${from.mac} (${describeDevice(from)})`],
      ['To', `${to.namespace} ${to.mac} (${describeDevice(to)})`],
      ['Frame', frame],
      ['Expected', `${wanted} within ${within} ms${drop ? `, dropped by ${dropWords(drop)}` : ''}`],
      ['Received', unknown === undefined ? received : `${drop ? '' : 'inconclusive: '}${unknown}`],
      ['Dropped by', drop && diagnosis && describeDropped(diagnosis)],
      ['Why', diagnosis?.outcome === 'unsent' ? whyOf(diagnosis) : undefined],
    ],
    ways,
    hint: diagnosis && !diagnosis.hop ? mendOf(diagnosis) : mendOfWays(ways),
  });
}
