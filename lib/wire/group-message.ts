import type { IpPacket } from './ip-packet.ts';
import { IP_PROTOCOL } from './ipv4.ts';

/** The ICMPv6 types of MLD (RFC 2710 section 3, RFC 3810 section 5). */
export const MLD = { query: 130, report: 131, done: 132, reportV2: 143 } as const;

/** Whether a packet is one of IGMP or of MLD: a query, a report, or its end. MLD stands behind a hop-by-hop header with a router alert. */
export function isGroupMessage({ family, protocol, payload }: IpPacket): boolean {
  if (family === 4) return protocol === IP_PROTOCOL.igmp;
  const isMld = Object.values(MLD).some((type) => type === payload[0]);
  return protocol === IP_PROTOCOL.hopByHop || (protocol === IP_PROTOCOL.icmpv6 && isMld);
}
