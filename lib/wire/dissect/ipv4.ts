import { decodeIpv4 } from '../ipv4.ts';
import { around, count, type Dissection, dissection, type Layer, unreadable } from './layer.ts';
import { dissectTransport } from './transport.ts';

const HEADER = 20;

export function dissectIpv4(bytes: Buffer): Dissection {
  const packet = decodeIpv4(bytes);
  if (!packet) return unreadable('IPv4', bytes, Math.max(HEADER, ((bytes[0] ?? 0) & 0xf) * 4));
  const { source, destination, protocol, payload } = packet;
  const headerLength = (bytes.readUInt8(0) & 0xf) * 4;
  const length = Math.max(0, bytes.readUInt16BE(2) - headerLength);
  const fragment = bytes.readUInt16BE(6);
  const offset = (fragment & 0x1fff) * 8;
  const fields: Layer['fields'] = [
    ['source', source],
    ['destination', destination],
    ['protocol', String(protocol)],
    ['TTL', String(bytes.readUInt8(8))],
    ['DSCP', String(bytes.readUInt8(1) >> 2)],
    ['identification', String(bytes.readUInt16BE(4))],
    ["don't fragment", fragment & 0x4000 ? 'yes' : 'no'],
    ['more fragments', fragment & 0x2000 ? 'yes' : 'no'],
    ['fragment offset', String(offset)],
    ['length', count(headerLength + length)],
  ];
  // Only the first fragment has the header of what it carries.
  const inner =
    offset > 0
      ? dissection(`IPv4 fragment ${source} > ${destination}, offset ${offset}, ${count(length)}`, 'fragment', [])
      : dissectTransport({ family: 4, source, destination, protocol, length }, payload);
  return around('IPv4', fields, inner);
}
