import { arpIn } from '../wire/arp.ts';
import { familyOf, ipToBytes, solicitedNodeGroup } from '../wire/ip-address.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { NEIGHBOUR_ADVERTISEMENT, NEIGHBOUR_SOLICITATION, neighbourMessageIn } from '../wire/neighbour-discovery.ts';

/** A question for a neighbour's MAC address: by whom, and for which IP address. */
interface Solicitation {
  source: string;
  target: string;
}

/** What an ARP request or ND solicitation asks for; undefined for any other frame. */
export function solicitationOf(bytes: Buffer): Solicitation | undefined {
  const arp = arpIn(bytes);
  if (arp) return arp.operation === 'request' ? { source: arp.senderIp, target: arp.targetIp } : undefined;
  return ndMessage(bytes, NEIGHBOUR_SOLICITATION);
}

/** The address that an ARP reply or ND advertisement is about. */
export function advertised(bytes: Buffer): string | undefined {
  const arp = arpIn(bytes);
  if (arp) return arp.operation === 'reply' ? arp.senderIp : undefined;
  return ndMessage(bytes, NEIGHBOUR_ADVERTISEMENT)?.target;
}

/**
 * Whether a packet is a question for an address, or an answer to one. A rule trace shows 12 bytes of the 16 that ND asks for;
 * the others are in the group that it asks, and in the address that it answers from.
 */
export function isAbout(bytes: Buffer, what: 'question' | 'answer', address: string): boolean {
  if ((what === 'question' ? solicitationOf(bytes)?.target : advertised(bytes)) === address) return true;
  const packet = ipPacketOf(bytes);
  if (packet?.protocol !== IP_PROTOCOL.icmpv6 || familyOf(address) !== 6) return false;
  const shown = packet.payload.subarray(8);
  const [type, isRest] =
    what === 'question'
      ? [NEIGHBOUR_SOLICITATION, packet.destination === solicitedNodeGroup(address)]
      : [NEIGHBOUR_ADVERTISEMENT, packet.source === address];
  return packet.payload[0] === type && isRest && shown.equals(ipToBytes(address).subarray(0, shown.length));
}

function ndMessage(bytes: Buffer, type: number): Solicitation | undefined {
  const packet = ipPacketOf(bytes);
  const message = neighbourMessageIn(packet);
  return packet && message?.type === type ? { source: packet.source, target: message.targetIp } : undefined;
}
