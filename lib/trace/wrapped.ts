import type { CapturedFrame, Lab, Namespace } from '../lab/index.ts';
import { routeIfAny } from '../lab/tables/route-to.ts';
import type { Route } from '../netlink/routing/route.ts';
import type { Question } from '../probes/question.ts';
import { bareHeader, ETHERTYPE } from '../wire/ethernet.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { isSent } from './answer-ways.ts';
import { Capture } from './capture.ts';
import type { Recognize } from './probe-path.ts';
import { advertised, solicitationOf } from './solicitation.ts';

/** What became of the packets that a route of a host wraps in others (`encap`), as the taps saw it. */
interface Wrapped {
  /** Whether a probe left inside another packet. */
  hasLeft: boolean;
  /** The next hop of the outer packets, if none has left and nobody answered the question for its MAC address. */
  unanswered: string | undefined;
}

/**
 * @param since when the question began, in nanoseconds by the clock of the taps
 * @returns undefined where the route to the target wraps nothing
 */
export function wrappedBy({ from, to, flow }: Question, recognize: Recognize, since: bigint): Wrapped | undefined {
  const route = routeIfAny(from, to.address, flow);
  if (!route?.encapsulates) return undefined;
  const own = Capture.of(from.lab)
    .since(since)
    .filter(({ at }) => at.namespace === from);
  const sent = own.filter(isSent).map(({ bytes }) => withoutVlanTags(bytes));
  const answered = new Set(
    own.filter((frame) => !isSent(frame)).map(({ bytes }) => advertised(withoutVlanTags(bytes))),
  );
  const asked = sent.flatMap((bytes) => solicitationOf(bytes)?.target ?? []);
  const silent = new Set(asked.filter((target) => !answered.has(target)));
  const hasLeft = sent.some((bytes) => innerFrames(bytes).some((inner) => recognize(inner) === 'probe'));
  return { hasLeft, unanswered: hasLeft ? undefined : silentHop(silent, outerHop(from, route)) };
}

/** The last packet with a segment routing header and the probe in it, as it left the host that wrapped it or sent it on. */
export function lastWithSegments(lab: Lab, recognize: Recognize, since: bigint): CapturedFrame | undefined {
  const frames = Capture.of(lab).since(since).filter(isSent);
  const last = frames.findLast(({ bytes }) => {
    const untagged = withoutVlanTags(bytes);
    if (ipPacketOf(untagged)?.protocol !== ROUTING || recognize(untagged) === 'probe') return false;
    return innerFrames(untagged).some((inner) => recognize(inner) === 'probe');
  });
  return last && frames.find(({ identity }) => identity === last.identity);
}

/** Other programs of the host ask for neighbours, too: where nobody knows the next hop, it is known only if there was one question. */
function silentHop(silent: ReadonlySet<string>, hop: string | undefined): string | undefined {
  const [only] = silent.size === 1 ? silent : [];
  const wanted = hop ?? only;
  return wanted !== undefined && silent.has(wanted) ? wanted : undefined;
}

/** The next hop of what a route wraps, as far as its encapsulation tells it: MPLS takes the route's own (`mpls_xmit`). */
function outerHop(from: Namespace, { nextHops }: Route): string | undefined {
  const [hop, another] = nextHops;
  if (!hop || another) return undefined;
  if (hop.encap?.mpls) return hop.via;
  const segment = hop.encap?.seg6?.segs[0];
  // seg6_lookup_nexthop
  return segment === undefined ? undefined : (routeIfAny(from, segment)?.via ?? segment);
}

const ETHERNET = 14;

/** The most bytes that headers of tunnels, labels and segments take. */
const MOST_HEADERS = 256;

/** Each packet that may be inside a frame, put into a frame. The probe's mark tells which one is the probe. */
export function innerFrames(bytes: Buffer): Buffer[] {
  const inner = withoutRoutingHeader(bytes);
  const frames = inner ? [inner] : [];
  const end = Math.min(bytes.length, ETHERNET + MOST_HEADERS);
  // Headers are of whole words, but for that of Ethernet inside a tunnel.
  for (let at = ETHERNET + 4; at < end; at += 2) {
    const version = (bytes[at] ?? 0) >> 4;
    const etherType = version === 4 ? ETHERTYPE.ipv4 : version === 6 ? ETHERTYPE.ipv6 : undefined;
    if (etherType !== undefined) frames.push(Buffer.concat([bareHeader(etherType), bytes.subarray(at)]));
  }
  return frames;
}

/** A packet into which the route put a segment routing header (`mode inline`, RFC 8754), as it will be after its last segment. */
function withoutRoutingHeader(bytes: Buffer): Buffer | undefined {
  const packet = ipPacketOf(bytes);
  if (packet?.family !== 6 || packet.protocol !== ROUTING || packet.payload.length < FIRST_SEGMENT + ADDRESS)
    return undefined;
  const { payload } = packet;
  const rest = payload.subarray((payload.readUInt8(1) + 1) * 8);
  const header = Buffer.from(bytes.subarray(ETHERNET, ETHERNET + IPV6_HEADER));
  header.writeUInt16BE(rest.length, 4);
  header.writeUInt8(payload.readUInt8(0), 6);
  payload.copy(header, IPV6_HEADER - ADDRESS, FIRST_SEGMENT, FIRST_SEGMENT + ADDRESS);
  return Buffer.concat([bareHeader(ETHERTYPE.ipv6), header, rest]);
}

const [ROUTING, FIRST_SEGMENT, ADDRESS, IPV6_HEADER] = [43, 8, 16, 40];
