import { decodeEthernet, ETHERTYPE } from './ethernet.ts';
import { packetBehindTags } from './ip-packet.ts';
import { IP_PROTOCOL } from './ipv4.ts';
import { withoutVlanTags } from './vlan-tag.ts';

/** Enough of a packet to tell it from any other: headers, and the payload's beginning. */
const LENGTH = 128;

/**
 * What stays the same of a frame from hop to hop: all but the Ethernet header with its tags, the padding, and what a router changes
 * (TTL, checksum, hop limit; RFC 2474: the DS field, RFC 3168: ECN). Transport checksums are left out, too: they are filled in only at the last moment
 * (`CHECKSUM_PARTIAL`).
 */
export function frameIdentity(bytes: Buffer): string {
  const frame = decodeEthernet(withoutVlanTags(bytes));
  if (!frame) return bytes.toString('latin1');
  const packet = Buffer.from(frame.payload.subarray(0, LENGTH));
  if (frame.etherType === ETHERTYPE.ipv4 && packet.length >= 20) forgetIpv4(packet);
  else if (frame.etherType === ETHERTYPE.ipv6 && packet.length >= 40) forgetIpv6(packet);
  // Padding is added on the way to 60 bytes.
  const length = lengthOf(frame.etherType, packet);
  return `${frame.etherType} ${packet.subarray(0, length).toString('latin1')}`;
}

/**
 * What stays the same of a packet where its addresses are translated, within the bytes that a rule trace shows of it; an
 * echoed datagram has the same as its answer. Undefined for what is never translated.
 */
export function frameContent(bytes: Buffer): string | undefined {
  const packet = packetBehindTags(bytes);
  if (!packet) return undefined;
  const { protocol, payload } = packet;
  const isOpening = protocol === IP_PROTOCOL.tcp && isSyn(payload);
  const parts = (isOpening ? OF_SYN : CONTENT[protocol])?.map(([from, to]) => payload.toString('latin1', from, to));
  return parts && `${protocol} ${parts.join('')}`;
}

/** Where a transport header has no ports, no identifier of a query (which is a port to NAT, RFC 5508) and no checksum. */
const CONTENT: Record<number, [from: number, to: number][]> = {
  // type and code; sequence and the beginning of the data
  [IP_PROTOCOL.icmp]: [
    [0, 2],
    [6, 20],
  ],
  [IP_PROTOCOL.icmpv6]: [
    [0, 2],
    [6, 20],
  ],
  // sequence, acknowledgement, flags: options may be changed on the way, as the MSS often is
  [IP_PROTOCOL.tcp]: [[4, 14]],
  // length, the beginning of the data
  [IP_PROTOCOL.udp]: [
    [4, 6],
    [8, 20],
  ],
};

/** Only the sequence number and the flags: a SYN proxy changes options and the acknowledgement (`synproxy_send_server_syn`). */
const OF_SYN: [from: number, to: number][] = [
  [4, 8],
  [13, 14],
];

/** Whether a segment begins a connection: its flags are SYN, and no ACK. */
function isSyn(segment: Buffer): boolean {
  return ((segment[13] ?? 0) & 0x12) === 0x02;
}

function lengthOf(etherType: number, packet: Buffer): number {
  if (etherType === ETHERTYPE.ipv4 && packet.length >= 4) return packet.readUInt16BE(2);
  if (etherType === ETHERTYPE.ipv6 && packet.length >= 6) return 40 + packet.readUInt16BE(4);
  return packet.length;
}

function forgetIpv4(packet: Buffer): void {
  packet.writeUInt8(0, 1);
  packet.writeUInt8(0, 8);
  packet.writeUInt16BE(0, 10);
  forgetTransport(packet, (packet.readUInt8(0) & 0xf) * 4, packet.readUInt8(9));
}

function forgetIpv6(packet: Buffer): void {
  packet.writeUInt16BE(0x6000 | (packet.readUInt16BE(0) & 0xf), 0);
  packet.writeUInt8(0, 7);
  forgetTransport(packet, 40, packet.readUInt8(6));
}

function forgetTransport(packet: Buffer, at: number, protocol: number): void {
  const checksum = protocol === IP_PROTOCOL.tcp ? at + 16 : protocol === IP_PROTOCOL.udp ? at + 6 : undefined;
  if (checksum !== undefined && packet.length >= checksum + 2) packet.writeUInt16BE(0, checksum);
}
