import { bytesToIp, ipToBytes } from '../../wire/ip-address.ts';

const [HEADER, SEGMENT] = [8, 16];
const ROUTING_TYPE = 4;

/** `struct ipv6_sr_hdr`: the routing header of segment routing, with its segments in reverse (RFC 8754 section 2). */
export function routingHeader(segments: readonly string[]): Buffer {
  const header = Buffer.alloc(HEADER + SEGMENT * segments.length);
  const last = segments.length - 1;
  header.set([0, 2 * segments.length, ROUTING_TYPE, last, last]);
  for (const [at, segment] of segments.toReversed().entries()) header.set(ipToBytes(segment), HEADER + SEGMENT * at);
  return header;
}

/** Its segments, in the order in which they are passed. @throws RangeError for bytes that are no such header */
export function readRoutingHeader(header: Buffer): string[] {
  const count = (header[1] ?? 0) / 2;
  if (header.length < HEADER + SEGMENT * count) throw new RangeError(`${header.length} bytes of ${count} segments`);
  return Array.from({ length: count }, (_, at) => {
    const start = HEADER + SEGMENT * at;
    return bytesToIp(header.subarray(start, start + SEGMENT));
  }).toReversed();
}
