import { packetBehindTags } from './ip-packet.ts';

// linux/in.h; MLD stands behind a hop-by-hop header with a router alert (RFC 2710 section 3).
const IPPROTO_IGMP = 2;
const IPPROTO_HOPOPTS = 0;

/** Whether a frame is one of IGMP or of MLD: a query, a report, or its end. */
export function isGroupMessage(bytes: Buffer): boolean {
  const packet = packetBehindTags(bytes);
  return packet?.protocol === (packet?.family === 4 ? IPPROTO_IGMP : IPPROTO_HOPOPTS);
}
