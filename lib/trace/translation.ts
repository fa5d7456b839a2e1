import { engineOf } from '../lab/engines/engine.ts';
import type { CapturedFrame, Namespace } from '../lab/index.ts';
import { frameContent } from '../wire/frame-identity.ts';
import { endpointWords } from '../wire/ip-address.ts';
import { type IpPacket, packetBehindTags } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';

/**
 * The sightings of one frame from a first one on, in the order of time. A host that translates addresses sends another
 * frame on than the one that came in: it is followed by what translation leaves alone.
 *
 * @param frames in the order of time
 */
export function sightingsOf(frames: readonly CapturedFrame[], first: CapturedFrame): CapturedFrame[] {
  const later = frames.filter(({ nanoseconds }) => nanoseconds >= first.nanoseconds);
  const identities = new Set([first.identity]);
  // Nobody but a program can have seen to it.
  const content = engineOf(first.at.namespace.lab).isPristine ? undefined : frameContent(first.bytes);
  const variants = [first];
  const cameTo = new Set<Namespace>();
  return later.filter((frame) => {
    const { at, direction, identity, bytes } = frame;
    const isKnown = identities.has(identity);
    const isTranslated =
      !isKnown &&
      direction === 'out' &&
      cameTo.has(at.namespace) &&
      content !== undefined &&
      frameContent(bytes) === content &&
      !variants.some((variant) => isReply(variant.bytes, bytes));
    if (isTranslated) {
      identities.add(identity);
      variants.push(frame);
    }
    if (direction === 'in' && isKnown) cameTo.add(at.namespace);
    return isKnown || isTranslated;
  });
}

/** Whether a packet goes back from where another went to, between the same ports. */
export function isReply(question: Buffer, bytes: Buffer): boolean {
  const [one, other] = [question, bytes].map((frame) => packetBehindTags(frame));
  if (!one || !other || one.protocol !== other.protocol) return false;
  if (one.source !== other.destination || one.destination !== other.source) return false;
  const [there, back] = [portsOf(one), portsOf(other)];
  return there && back
    ? there.source === back.destination && there.destination === back.source
    : isEchoReply(one, other);
}

/** The address that a packet is for. */
export function destinationOf(bytes: Buffer): string | undefined {
  return packetBehindTags(bytes)?.destination;
}

/** `10.0.0.1:4711 > 10.0.1.2:80`; undefined for what is no packet. */
export function addressesOf(bytes: Buffer): string | undefined {
  const packet = packetBehindTags(bytes);
  if (!packet) return undefined;
  const ports = portsOf(packet);
  const end = (address: string, port: number | undefined) =>
    port === undefined ? address : endpointWords(address, port);
  return `${end(packet.source, ports?.source)} > ${end(packet.destination, ports?.destination)}`;
}

export function portsOf({ protocol, payload }: IpPacket): { source: number; destination: number } | undefined {
  if ((protocol !== IP_PROTOCOL.tcp && protocol !== IP_PROTOCOL.udp) || payload.length < 4) return undefined;
  return { source: payload.readUInt16BE(0), destination: payload.readUInt16BE(2) };
}

/** The same but for its type and its checksum; where addresses are translated, the identifier may be, too. */
function isEchoReply({ payload: request }: IpPacket, { payload: reply }: IpPacket): boolean {
  const types = [request[0], reply[0]].join(' ');
  return ['8 0', '128 129'].includes(types) && request.subarray(6).equals(reply.subarray(6, request.length));
}
