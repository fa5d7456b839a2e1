import { decodeEcho, decodeIcmpError, ICMP_TYPE, REDIRECT } from '../icmp.ts';
import type { Family } from '../ip-address.ts';
import { bytesToIp } from '../ip-address.ts';
import { decodeIpv4 } from '../ipv4.ts';
import { decodeIpv6 } from '../ipv6.ts';
import { count, type Dissection, dissection, type Layer, unreadable } from './layer.ts';

const HEADER = 8;

/** ICMP for IPv4 (RFC 792). */
export function dissectIcmp(source: string, destination: string, message: Buffer): Dissection {
  if (message.length < HEADER) return unreadable('ICMP', message, HEADER);
  const common = dissectEcho(4, source, destination, message) ?? dissectError(4, source, message);
  if (common) return common;
  if (message.readUInt8(0) !== REDIRECT[4]) return dissectUnknown(4, source, destination, message);
  const gateway = bytesToIp(message.subarray(4, 8));
  const line = `ICMP redirect to ${gateway} from ${source}${about(4, message.subarray(HEADER))}`;
  return dissection(line, 'ICMP', [...typeFields(message), ['gateway', gateway]]);
}

/** An echo request or reply, of either version; undefined for anything else. */
export function dissectEcho(
  family: Family,
  source: string,
  destination: string,
  message: Buffer,
): Dissection | undefined {
  const { echoRequest, echoReply } = ICMP_TYPE[family];
  const type = message.readUInt8(0);
  if (type !== echoRequest && type !== echoReply) return undefined;
  const { identifier, sequence, payload } = decodeEcho(message);
  const kind = type === echoRequest ? 'request' : 'reply';
  const id = `id ${identifier}`;
  const line = `${nameOf(family)} echo ${kind} ${source} > ${destination} ${id} seq ${sequence}`;
  const fields: Layer['fields'] = [
    ...typeFields(message),
    ['identifier', String(identifier)],
    ['sequence', String(sequence)],
    ['payload', count(payload.length)],
  ];
  return dissection(line, nameOf(family), fields, [id]);
}

/** An error, of either version, with its sender and the packet that it is about as far as that is quoted. */
export function dissectError(family: Family, source: string, message: Buffer): Dissection | undefined {
  const [type, code] = [message.readUInt8(0), message.readUInt8(1)];
  if (!ICMP_TYPE[family].errors.some((known) => known === type)) return undefined;
  const quoted = about(family, message.subarray(HEADER));
  const reason = decodeIcmpError(family, message)?.reason ?? `error type ${type} code ${code}`;
  return dissection(`${nameOf(family)} ${reason} from ${source}${quoted}`, nameOf(family), [
    ...typeFields(message),
    ['reason', reason],
    ['about', quoted.replaceAll(/^ \((?:about )?|\)$/g, '')],
  ]);
}

export function dissectUnknown(family: Family, source: string, destination: string, message: Buffer): Dissection {
  const [type, code] = [message.readUInt8(0), message.readUInt8(1)];
  const line = `${nameOf(family)} type ${type} code ${code} ${source} > ${destination}`;
  return dissection(line, nameOf(family), typeFields(message));
}

function typeFields(message: Buffer): Layer['fields'] {
  return [
    ['type', String(message.readUInt8(0))],
    ['code', String(message.readUInt8(1))],
  ];
}

function about(family: Family, quoted: Buffer): string {
  const packet = family === 4 ? decodeIpv4(quoted) : decodeIpv6(quoted);
  return packet ? ` (about ${packet.source} > ${packet.destination})` : ' (truncated)';
}

function nameOf(family: Family): string {
  return family === 4 ? 'ICMP' : 'ICMPv6';
}
