import {
  checkBoolean,
  checkInteger,
  checkMilliseconds,
  checkOneOf,
  checkOptions,
  showReceived,
} from '../base/validate.ts';
import { Interface, type Lab, Namespace, UsageError } from '../lab/index.ts';
import type { FrameQuestion } from '../probes/hear.ts';
import { type FrameOption, isFrameKind } from '../probes/test-frame.ts';
import { checkSameLab } from '../probes/to-question.ts';
import { checkFrame, checkFrameAddresses } from './check-frame.ts';
import type { DroppedByOptions } from './dropped-by.ts';
import { checkHold } from './hold.ts';

/** Options of a question about a frame. */
export interface FrameQuestionOptions extends DroppedByOptions {
  /**
   * The frame to send: `unicast` is IPv4 to the receiver's MAC address, `broadcast` to 255.255.255.255,
   * `multicast` to 224.0.0.251; `arp` a request, `nd` a solicitation for the receiver's address. Or your own frame: a
   * description, or bytes from the Ethernet header on, without the FCS.
   *
   * @default 'broadcast'
   * @example { frame: { vlan: 10, ip: { destination: '239.1.1.1' }, udp: {} } }
   */
  frame?: FrameOption;
  /**
   * With `.not`, and with `copies: 0`: `lost` accepts the receiver's silence as proof. By default the assertion fails as
   * inconclusive if the receiver could get no frame at all: it is down, or its own stack takes nothing.
   */
  because?: 'lost';
  /** The exact number of copies. @default one or more */
  copies?: number;
  /**
   * No host except the receiver gets a copy; devices on the way do not count. For `toHear`, a copy for another MAC address
   * does not count. Needs the lab's taps.
   *
   * @default false
   */
  only?: boolean;
  /**
   * How long to wait for copies, in milliseconds. With `copies`, `only` and `.not` it always waits that long.
   *
   * @default until nothing is under way any more; if hairpin cannot know that, 1000 for a copy that is wanted or if a program
   * may have the frame, else 100; plus 1000 if a queueing discipline may delay frames
   */
  within?: number;
}

/** A matcher that asks by a frame: who counts its copies, and what more its options say. */
export interface FrameMatcher {
  name: 'toHear' | 'toSee';
  /** Its options beside those of {@link FrameQuestionOptions}. */
  options: readonly string[];
  /** Checks those. */
  check: (title: string, lab: Lab, frame: FrameOption) => void;
  /** Whether the receiver's own stack decides, by its IP, what it has got. */
  isStack: boolean;
  join?: boolean | undefined;
  /** The ids of the VLAN tags that a copy must have, the outermost first. */
  tags?: readonly number[] | undefined;
  listen?: FrameQuestion['listen'];
}

export function checkFrameOptions(
  title: string,
  matcher: FrameMatcher,
  options: FrameQuestionOptions,
  isNot: boolean,
): void {
  checkOptions(title, options, [...SHARED, ...matcher.options]);
  const { frame = 'broadcast', because, copies, only, within } = options;
  if (because !== undefined) checkOneOf(title, 'because', because, ['lost']);
  if (because !== undefined && !isNot && copies !== 0)
    throw new UsageError(`${title}: because belongs to .not.${matcher.name}, and to copies: 0`);
  checkFrame(title, frame);
  checkInteger(title, 'copies', copies, 0, 1_000_000);
  checkBoolean(title, 'only', only);
  if (only && (isNot || copies === 0))
    throw new UsageError(`${title}: only belongs to ${matcher.name}: where no copy is to come there are no others`);
  checkMilliseconds(title, 'within', within);
  if (within !== undefined && (isNot || copies !== undefined || only)) checkHold(title, 'within', within);
  if (isNot && copies !== undefined)
    throw new UsageError(`${title}: copies belongs to ${matcher.name}; .not means that none arrives`);
}

const SHARED = ['frame', 'because', 'droppedBy', 'at', 'copies', 'only', 'within'] as const;

export function checkEnds(
  title: string,
  { isStack }: FrameMatcher,
  from: Interface,
  to: Interface,
  frame: FrameOption,
): void {
  if (isStack && isOverIp(frame) && from.namespace === to.namespace) {
    // ip_route_input: a source address of one's own is a martian, so the stack would drop what it was given.
    throw new UsageError(
      `${title}: both ends are in ${to.namespace}, whose IP takes no packets from its own addresses: ask with frame: 'arp' or 'nd'`,
    );
  }
  checkSameLab(title, to.namespace, from.namespace);
  checkFrameAddresses(title, { from, to, frame, isStack });
}

/** Whether a socket behind the receiver's IP hears it. */
export function isOverIp(frame: FrameOption): boolean {
  return isFrameKind(frame) && frame !== 'arp' && frame !== 'nd';
}

export function toDevice(title: string, rule: string, end: unknown): Interface {
  if (end instanceof Interface) return end;
  if (end instanceof Namespace) {
    const [only, second] = end.interfaces;
    if (only && !second) return only;
    const names = end.interfaces.map(String).join(', ') || 'none';
    throw new UsageError(`${title}: ${rule}, an interface or a namespace with just one: ${end} has ${names}`);
  }
  throw new UsageError(`${title}: ${rule}, an interface or a namespace: ${showReceived(end)}`);
}
