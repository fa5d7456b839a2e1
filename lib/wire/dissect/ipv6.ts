import { IP_PROTOCOL } from '../ipv4.ts';
import { decodeIpv6 } from '../ipv6.ts';
import { around, count, type Dissection, dissection, hexadecimal, type Layer, unreadable } from './layer.ts';
import { dissectTransport, type Transport } from './transport.ts';

const HEADER = 40;
/** Each may stand there once, destination options twice; 64 KB of them must not exhaust the stack. */
const MOST_EXTENSIONS = 8;
/** Extension headers (RFC 8200 section 4) that are as long as their second byte says, in units of eight bytes. */
const EXTENSIONS: Record<number, string> = {
  [IP_PROTOCOL.hopByHop]: 'hop-by-hop options',
  [IP_PROTOCOL.routing]: 'routing',
  [IP_PROTOCOL.destinationOptions]: 'destination options',
};

export function dissectIpv6(bytes: Buffer): Dissection {
  const packet = decodeIpv6(bytes);
  if (!packet) return unreadable('IPv6', bytes, HEADER);
  const { source, destination, nextHeader, hopLimit, payload } = packet;
  const length = bytes.readUInt16BE(4);
  const fields: Layer['fields'] = [
    ['source', source],
    ['destination', destination],
    ['next header', String(nextHeader)],
    ['hop limit', String(hopLimit)],
    ['traffic class', String((bytes.readUInt16BE(0) >> 4) & 0xff)],
    ['flow label', hexadecimal(bytes.readUInt32BE(0) & 0xfffff, 5)],
    ['length', count(HEADER + length)],
  ];
  const inner = dissectNext({ family: 6, source, destination, protocol: nextHeader, length }, payload);
  return around('IPv6', fields, inner);
}

/** Follows the extension headers to what they stand in front of: an MLD report has hop-by-hop options. */
function dissectNext(transport: Transport, bytes: Buffer, extensions = 0): Dissection {
  if (extensions === MOST_EXTENSIONS) return dissectTransport(transport, bytes);
  if (transport.protocol === IP_PROTOCOL.fragment) return dissectFragment(transport, bytes, extensions + 1);
  const name = EXTENSIONS[transport.protocol];
  if (name === undefined) return dissectTransport(transport, bytes);
  const size = 8 + (bytes[1] ?? 0) * 8;
  if (bytes.length < size) return unreadable(`IPv6 ${name}`, bytes, size);
  const protocol = bytes.readUInt8(0);
  const inner = dissectNext(behind(transport, protocol, size), bytes.subarray(size), extensions + 1);
  return around(`IPv6 ${name}`, [['next header', String(protocol)]], inner);
}

function dissectFragment(transport: Transport, bytes: Buffer, extensions: number): Dissection {
  const size = 8;
  if (bytes.length < size) return unreadable('IPv6 fragment', bytes, size);
  const protocol = bytes.readUInt8(0);
  const offset = bytes.readUInt16BE(2) & 0xfff8;
  const rest = behind(transport, protocol, size);
  const line = `IPv6 fragment ${rest.source} > ${rest.destination}, offset ${offset}, ${count(rest.length)}`;
  const fields: Layer['fields'] = [
    ['next header', String(protocol)],
    ['offset', String(offset)],
    ['more fragments', bytes.readUInt16BE(2) & 1 ? 'yes' : 'no'],
    ['identification', hexadecimal(bytes.readUInt32BE(4), 8)],
  ];
  if (offset > 0) return dissection(line, 'IPv6 fragment', fields);
  return around('IPv6 fragment', fields, dissectNext(rest, bytes.subarray(size), extensions));
}

function behind(transport: Transport, protocol: number, size: number): Transport {
  return { ...transport, protocol, length: Math.max(0, transport.length - size) };
}
