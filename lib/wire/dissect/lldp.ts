import { bytesToIp } from '../ip-address.ts';
import { bytesToMac } from '../mac-address.ts';
import { count, type Dissection, dissection, type Layer, printable } from './layer.ts';

/** TLV types, IEEE 802.1AB clause 8.4. */
const NAMES: Record<number, string> = {
  1: 'chassis',
  2: 'port',
  3: 'time to live',
  4: 'port description',
  5: 'system name',
  6: 'system description',
  7: 'system capabilities',
  8: 'management address',
};
/** The subtypes whose value is a MAC address, or a network address with its family in front (clauses 8.5.2 and 8.5.3). */
const MAC_SUBTYPE: Record<number, number> = { 1: 4, 2: 3 };
const ADDRESS_SUBTYPE: Record<number, number> = { 1: 5, 2: 4 };

/** A neighbour's announcement: its name, and the port that it was sent from. */
export function dissectLldp(bytes: Buffer): Dissection {
  const fields: Layer['fields'] = [];
  let complete = false;
  for (let at = 0; at + 2 <= bytes.length && !complete; ) {
    const [type, length] = [bytes.readUInt8(at) >> 1, bytes.readUInt16BE(at) & 0x1ff];
    if (at + 2 + length > bytes.length) break;
    complete = type === 0;
    if (!complete)
      fields.push([NAMES[type] ?? `TLV ${type}`, describeValue(type, bytes.subarray(at + 2, at + 2 + length))]);
    at += 2 + length;
  }
  const { port, chassis, 'system name': name = chassis } = Object.fromEntries(fields);
  const words = ['LLDP', name, port === undefined ? undefined : `port ${port}`, complete ? undefined : '(truncated)'];
  return dissection(words.filter(Boolean).join(' '), 'LLDP', fields);
}

function describeValue(type: number, value: Buffer): string {
  if (type === 1 || type === 2) return identifier(type, value);
  if (type === 3 && value.length >= 2) return `${value.readUInt16BE(0)} s`;
  if (type >= 4 && type <= 6) return printable(value);
  return count(value.length);
}

function identifier(type: number, value: Buffer): string {
  const subtype = value[0];
  const rest = value.subarray(1);
  if (subtype === MAC_SUBTYPE[type] && rest.length === 6) return bytesToMac(rest);
  const isAddress = subtype === ADDRESS_SUBTYPE[type] && (rest.length === 5 || rest.length === 17);
  return isAddress ? bytesToIp(rest.subarray(1)) : printable(rest);
}
