import { bytesToIp } from '../ip-address.ts';
import { dissectGroupReport } from './group-records.ts';
import { type Dissection, dissection, unreadable } from './layer.ts';

const LENGTH = 8;
const QUERY = 0x11;
const REPORT_V3 = 0x22;
/** RFC 2236 section 2.1, and version 1's report. */
const CHANGES: Record<number, string> = {
  18: 'IGMPv1 report: in',
  22: 'IGMPv2 report: in',
  23: 'IGMPv2 leave: leaves',
};

export function dissectIgmp(message: Buffer): Dissection {
  if (message.length < LENGTH) return unreadable('IGMP', message, LENGTH);
  const type = message.readUInt8(0);
  if (type === REPORT_V3) return dissectGroupReport('IGMP', 3, message);
  const group = bytesToIp(message.subarray(4, 8));
  const query = group === '0.0.0.0' ? 'IGMP query' : `IGMP query for ${group}`;
  const line = type === QUERY ? query : `${CHANGES[type] ?? `IGMP type ${type} for`} ${group}`;
  return dissection(line, 'IGMP', [
    ['type', String(type)],
    ['group', group],
  ]);
}
