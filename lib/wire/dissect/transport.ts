import type { Family } from '../ip-address.ts';
import { endpointWords } from '../ip-address.ts';
import { IP_PROTOCOL } from '../ipv4.ts';
import { decodeTcp, describeTcpOptions } from '../tcp.ts';
import { decodeUdp } from '../udp.ts';
import { dissectIcmp } from './icmp.ts';
import { dissectIcmpv6 } from './icmpv6.ts';
import { dissectIgmp } from './igmp.ts';
import { count, type Dissection, dissection, type Layer, unreadable } from './layer.ts';

/** What IP says of its payload. */
export interface Transport {
  family: Family;
  source: string;
  destination: string;
  protocol: number;
  /** Of the payload as it was sent: a capture may have less of it. */
  length: number;
}

/** The first of `net.ipv4.ip_local_port_range`. */
const FIRST_CHOSEN = 32768;
/** Those that a test network may meet. */
const NAMES: Record<number, string> = {
  [IP_PROTOCOL.ipip]: 'IPv4',
  [IP_PROTOCOL.ipv6]: 'IPv6',
  [IP_PROTOCOL.gre]: 'GRE',
  [IP_PROTOCOL.esp]: 'ESP',
  [IP_PROTOCOL.ah]: 'AH',
  [IP_PROTOCOL.noNextHeader]: 'no next header',
  [IP_PROTOCOL.ospf]: 'OSPF',
  [IP_PROTOCOL.pim]: 'PIM',
  [IP_PROTOCOL.vrrp]: 'VRRP',
  [IP_PROTOCOL.sctp]: 'SCTP',
};

export function dissectTransport(transport: Transport, bytes: Buffer): Dissection {
  const { family, source, destination, protocol, length } = transport;
  if (protocol === IP_PROTOCOL.icmp && family === 4) return dissectIcmp(source, destination, bytes);
  if (protocol === IP_PROTOCOL.icmpv6 && family === 6) return dissectIcmpv6(source, destination, bytes);
  if (protocol === IP_PROTOCOL.igmp && family === 4) return dissectIgmp(bytes);
  if (protocol === IP_PROTOCOL.udp) return dissectUdp(transport, bytes);
  if (protocol === IP_PROTOCOL.tcp) return dissectTcp(transport, bytes);
  const name = NAMES[protocol] ?? `protocol ${protocol}`;
  return dissection(`IPv${family} ${source} > ${destination}, ${name}, ${count(length)}`, name, [
    ['length', count(length)],
  ]);
}

function dissectUdp({ source, destination }: Transport, bytes: Buffer): Dissection {
  const datagram = decodeUdp(bytes);
  if (!datagram) return unreadable('UDP', bytes, 8);
  const { sourcePort, destinationPort } = datagram;
  const length = count(Math.max(0, bytes.readUInt16BE(4) - 8));
  const line = `UDP ${endpointWords(source, sourcePort)} > ${endpointWords(destination, destinationPort)}, ${length}`;
  const fields: Layer['fields'] = [
    ['source port', String(sourcePort)],
    ['destination port', String(destinationPort)],
    ['payload', length],
  ];
  return dissection(line, 'UDP', fields, chosenOf(datagram));
}

function dissectTcp({ source, destination, length }: Transport, bytes: Buffer): Dissection {
  const segment = decodeTcp(bytes);
  if (!segment) return unreadable('TCP', bytes, Math.max(20, ((bytes[12] ?? 0) >> 4) * 4));
  const { sourcePort, destinationPort, flags, options } = segment;
  const payload = Math.max(0, length - 20 - options.length);
  const ends = `${endpointWords(source, sourcePort)} > ${endpointWords(destination, destinationPort)}`;
  const fields: Layer['fields'] = [
    ['source port', String(sourcePort)],
    ['destination port', String(destinationPort)],
    ['flags', flags],
    ['sequence', String(segment.sequence)],
    ['acknowledgement', String(segment.acknowledgement)],
    ['window', String(segment.window)],
    ['options', describeTcpOptions(options).join(', ') || 'none'],
    ['payload', count(payload)],
  ];
  const line = `TCP ${ends} [${flags}]${payload > 0 ? `, ${count(payload)}` : ''}`;
  return dissection(line, 'TCP', fields, chosenOf(segment));
}

/** The ports that a kernel may have chosen itself, as they stand in the line. */
function chosenOf({ sourcePort, destinationPort }: { sourcePort: number; destinationPort: number }): string[] {
  return [sourcePort, destinationPort].filter((port) => port >= FIRST_CHOSEN).map((port) => `:${port}`);
}
