import { entryOf } from '../base/entry-of.ts';
import { PACKET_OTHERHOST } from '../kernel/constants.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import { type CapturedFrame, type Hop, type Interface, isLink, type Namespace } from '../lab/index.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { vlan } from '../links/vlan.ts';
import type { Question } from '../probes/question.ts';
import { nextHop } from '../probes/source.ts';
import { isMulticastIp } from '../wire/ip-address.ts';
import { vlanTagOf, withoutVlanTags } from '../wire/vlan-tag.ts';
import { Capture } from './capture.ts';
import { type Holder, holdersOf } from './owner.ts';
import { buildPath, hopsInTime, hopsOf } from './path.ts';
import { advertised, solicitationOf } from './solicitation.ts';
import { destinationOf, isReply, sightingsOf } from './translation.ts';

/** How long a frame may be under way, in nanoseconds. Worst seen under load: 12 ms. */
const TIME_OF_FLIGHT = 15_000_000n;

/** Which frames are those of a question, as {@link Asker.recognize} says. */
export type Recognize = (bytes: Buffer) => 'probe' | 'answer' | undefined;

/** The way of a question's last probe, and of what came back. */
export interface ProbePath {
  /** The probe itself, or the question for its next hop's MAC address that it waited for. */
  frame: Buffer;
  path: Hop;
  /** Whom the frame is for: the target, or the next hop whose MAC address is asked for. */
  goal: string;
  /** Who of the lab has that address; of several the one that answered, or that it came to. */
  target: Interface | Namespace | undefined;
  /** The hop by which it came to whoever has that address, if it did. */
  arrival: Hop | undefined;
  /** The answer's way, where the target sent one. */
  answer: { path: Hop; arrival: Hop | undefined } | undefined;
}

/**
 * Puts together what the taps saw of a question; undefined when its source sent nothing, or there are no taps.
 *
 * @param became the address that the probe was for in the end, where packet filters are known to have translated it
 */
export function tracePath(
  question: Question,
  recognize: Recognize,
  { answered, since, became }: { answered: boolean; since: bigint; became?: string | undefined },
): ProbePath | undefined {
  const frames = Capture.of(question.from.lab).since(since);
  const sent = sentBy(frames, question, (frame) => recognize(bytesOfHost(frame)) === 'probe');
  if (sent.length > 0) {
    const isAnswer = (frame: CapturedFrame) => recognize(bytesOfHost(frame)) === 'answer';
    const traced = followerOf(frames, question, { became, isAnswer });
    if (!answered) return traced(lastWhole(sent) as CapturedFrame);
    // An answer may have come while the next probe was under way.
    const all = sent.map(traced);
    return all.findLast((path) => path?.answer?.arrival) ?? all.findLast((path) => path?.arrival) ?? all.at(-1);
  }
  const hop = nextHop(question);
  if (typeof hop === 'string') return undefined;
  const neighbour = lastWhole(
    // It bears the packet's own source, whichever that is (arp_solicit, ndisc_solicit).
    sentBy(frames, question, (frame) => solicitationOf(bytesOfHost(frame))?.target === hop.address),
  );
  const isAdvertised = (frame: CapturedFrame) => advertised(bytesOfHost(frame)) === hop.address;
  const followed = followerOf(frames, question, { became: hop.address, isAnswer: isAdvertised, isOfLink: true });
  return neighbour && followed(neighbour);
}

/**
 * A frame as its host sends or gets it. Without `reorderHdr` a VLAN device has the tag in the frame itself (`vlan_dev_hard_header`,
 * `vlan_do_receive`). Taps have seen that tag on frames that go out on Linux 6.12, but not on 6.1.
 */
function bytesOfHost({ at, bytes }: CapturedFrame): Buffer {
  return isLink(at, vlan) ? withoutVlanTags(bytes) : bytes;
}

/** How frames are followed. */
interface Followed {
  became: string | undefined;
  isAnswer: (frame: CapturedFrame) => boolean;
  /** Of a question for a neighbour: each device has neighbours of its own, so an answer counts only where the question left. */
  isOfLink?: boolean;
}

/** Follows frames to whoever has the address that they are for. */
function followerOf(
  frames: readonly CapturedFrame[],
  { from, source, to }: Question,
  { became, isAnswer, isOfLink = false }: Followed,
): (asked: CapturedFrame) => ProbePath | undefined {
  const known = new Map<string, Holder[]>();
  const whoHas = (address: string) =>
    entryOf(known, address, () => holdersOf(from.lab, address, address === to.address ? to.namespace : undefined));
  return (asked) => {
    const path = pathOf(frames, asked);
    if (!path) return undefined;
    const goal = became ?? translatedGoal(path, to.address) ?? to.address;
    const all = whoHas(goal).map(({ device, namespace }) => {
      const arrival = arrivalOf(path, device, namespace);
      const sent = frames.find(
        (frame) =>
          frame.direction === 'out' &&
          frame.at.namespace === namespace &&
          frame.nanoseconds >= asked.nanoseconds &&
          (isAnswer(frame) || (arrival !== undefined && isReply(arrival.frame.bytes, frame.bytes))),
      );
      const back = sent && pathOf(frames, sent);
      const arrivalOfAnswer = back && (isOfLink ? arrivalAt(back, asked.at) : arrivalOf(back, source.device, from));
      const answer = back && { path: back, arrival: arrivalOfAnswer };
      return { target: device ?? namespace, arrival, answer };
    });
    // Of several it is the network that chose one.
    const chosen =
      all.find(({ answer }) => answer?.arrival) ??
      all.find(({ answer }) => answer) ??
      all.find(({ arrival }) => arrival && isForHost(arrival)) ??
      all.find(({ arrival }) => arrival) ??
      all[0];
    const nobody = { target: undefined, arrival: undefined, answer: undefined };
    return { frame: asked.bytes, goal, path, ...(chosen ?? nobody) };
  };
}

function isForHost({ frame }: Hop): boolean {
  return frame.packetType !== PACKET_OTHERHOST;
}

/**
 * Where a frame came to a device, or at least to its host: that takes what is for any of its addresses by whichever
 * device it comes (`ip_route_input`, the weak model of RFC 1122 section 3.3.4.2), and answers ARP so (`arp_process`).
 */
function arrivalOf(path: Hop, device: Interface | undefined, host: Namespace | undefined): Hop | undefined {
  const arrivals = hopsOf(path).filter(({ frame }) => frame.direction === 'in');
  return (
    arrivals.find((hop) => isAt(hop.frame.at, device) && isForHost(hop)) ??
    arrivals.find(
      // What has a tag is for a VLAN on the device, not for the host behind it; what comes in by a port, for its bridge.
      (hop) =>
        hop.frame.at.namespace === host &&
        host !== path.frame.at.namespace &&
        isForHost(hop) &&
        !hop.frame.at.isPort &&
        vlanTagOf(hop.frame.bytes) === undefined,
    ) ??
    // A copy of what a switch floods on its way to another's MAC address.
    arrivals.find(({ frame }) => isAt(frame.at, device))
  );
}

/** Where a frame came in at a device, for its host. */
function arrivalAt(path: Hop, device: Interface): Hop | undefined {
  return hopsOf(path).find((hop) => hop.frame.direction === 'in' && hop.frame.at === device && isForHost(hop));
}

/** In mode l3s it is the parent's stack that an ipvlan's packets pass (`ipvlan_nf_input`): no tap sees them at the ipvlan. */
function isAt(device: Interface, wanted: Interface | undefined): boolean {
  return device === wanted || (isLink(wanted, ipvlan) && device === wanted.parent && wanted.mode === 'l3s');
}

/** The way of a frame from its first sighting on. @param frames in the order of time */
export function pathOf(frames: readonly CapturedFrame[], first: CapturedFrame): Hop | undefined {
  const later = sightingsOf(frames, first);
  // The kernel repeats a question for a neighbour byte by byte: the next one is another frame.
  const repeated = later.find((frame) => frame !== first && frame.at === first.at && frame.direction === 'out');
  const same = later.filter(({ nanoseconds }) => !repeated || nanoseconds < repeated.nanoseconds);
  return buildPath(same, first.at);
}

/**
 * Whom a packet was for when it was last seen, where that is not whom the question is for: its sender may have translated
 * it before any tap saw it. A solicitation is for a group.
 */
function translatedGoal(path: Hop, asked: string): string | undefined {
  const hops = hopsInTime(path);
  const last = hops.map((hop) => destinationOf(hop.frame.bytes)).at(-1);
  return last === asked || (last !== undefined && isMulticastIp(last)) ? undefined : last;
}

/** The last frame that had the time to get everywhere, a parent's broadcast worker included; else the last. */
function lastWhole(sent: readonly CapturedFrame[]): CapturedFrame | undefined {
  const before = tapTime() - TIME_OF_FLIGHT;
  return sent.findLast(({ nanoseconds }) => nanoseconds < before) ?? sent.at(-1);
}

function sentBy(
  frames: readonly CapturedFrame[],
  { from }: Question,
  isIt: (frame: CapturedFrame) => boolean,
): CapturedFrame[] {
  const sent = frames.filter((frame) => frame.at.namespace === from && frame.direction === 'out' && isIt(frame));
  // A child's frame shows at its parent next, which may be in the same namespace: the first sighting is the origin's.
  const isOfChild = ({ at, identity, nanoseconds }: CapturedFrame) =>
    sent.some((other) => at.children.has(other.at) && other.identity === identity && other.nanoseconds <= nanoseconds);
  return sent.filter((frame) => !isOfChild(frame));
}
