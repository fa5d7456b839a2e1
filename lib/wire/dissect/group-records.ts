import { bytesToIp } from '../ip-address.ts';
import { type Dissection, dissection } from './layer.ts';

/** What a record of IGMPv3 (RFC 3376 section 4.2.12) and of MLDv2 (RFC 3810 section 5.2.12) means without sources. */
const CHANGES: Record<number, string> = { 1: 'not in', 2: 'in', 3: 'leaves', 4: 'joins', 5: 'allows', 6: 'blocks' };
/** With sources the same records are about those alone. */
const OF_SOURCES: Record<number, string> = { 1: 'in', 3: 'joins' };

/** A report of IGMPv3 (RFC 3376 section 4.2) or MLDv2 (RFC 3810 section 5.2), which are alike but for their addresses. */
export function dissectGroupReport(layer: 'IGMP' | 'MLD', version: number, message: Buffer): Dissection {
  const records = describeGroupRecords(message.subarray(8), layer === 'IGMP' ? 4 : 16);
  const missing = records.length < message.readUInt16BE(6) ? ' (truncated)' : '';
  return dissection(`${layer}v${version} report: ${records.join('; ')}${missing}`, layer, [
    ['type', String(message.readUInt8(0))],
    ...records.map((record): [string, string] => ['record', record]),
  ]);
}

/**
 * The group records of such a report: `joins ff02::fb`. Those that are cut off are missing.
 *
 * @param size of an address: 4 or 16
 */
function describeGroupRecords(bytes: Buffer, size: 4 | 16): string[] {
  const described: string[] = [];
  for (let at = 0; at + 4 + size <= bytes.length; ) {
    const sources = bytes.readUInt16BE(at + 2);
    const end = at + 4 + size + sources * size;
    const group = bytesToIp(bytes.subarray(at + 4, at + 4 + size));
    const list = bytes.subarray(at + 4 + size, end);
    described.push(describeRecord(bytes.readUInt8(at), group, addressesOf(list, size)));
    // Auxiliary data, in units of four bytes.
    at = end + bytes.readUInt8(at + 1) * 4;
  }
  return described;
}

function describeRecord(type: number, group: string, sources: string[]): string {
  const change = (sources.length > 0 ? OF_SOURCES[type] : undefined) ?? CHANGES[type] ?? `record ${type} of`;
  if (sources.length === 0) return `${change} ${group}`;
  return `${change} ${group} ${type === 2 || type === 4 ? 'but not from' : 'from'} ${sources.join(', ')}`;
}

function addressesOf(bytes: Buffer, size: number): string[] {
  const whole = Math.floor(bytes.length / size);
  return Array.from({ length: whole }, (_, index) => bytesToIp(bytes.subarray(index * size, (index + 1) * size)));
}
