import { bytesToIp } from '../ip-address.ts';
import { describeGroupRecords } from './group-records.ts';
import { type Dissection, dissection, unreadable } from './layer.ts';

const QUERY = 130;
const REPORT = 131;
const DONE = 132;
const REPORT_V2 = 143;
/** Of version 1's messages (RFC 2710 section 3); a version 2 query is longer (RFC 3810 section 8.1). */
const LENGTH = 24;

/** Undefined for what is no MLD. */
export function dissectMld(message: Buffer): Dissection | undefined {
  const type = message.readUInt8(0);
  if (type === REPORT_V2) return dissectReport(message);
  if (type !== QUERY && type !== REPORT && type !== DONE) return undefined;
  if (message.length < LENGTH) return unreadable('MLD', message, LENGTH);
  const group = bytesToIp(message.subarray(8, 24));
  const name = message.length > LENGTH ? 'MLDv2' : 'MLD';
  const fields: [string, string][] = [
    ['type', String(type)],
    ['group', group],
  ];
  if (type === QUERY) return dissection(`${name} query${group === '::' ? '' : ` for ${group}`}`, 'MLD', fields);
  return dissection(`MLD ${type === REPORT ? 'report: in' : 'done: leaves'} ${group}`, 'MLD', fields);
}

function dissectReport(message: Buffer): Dissection {
  const records = describeGroupRecords(message.subarray(8), 16);
  const missing = records.length < message.readUInt16BE(6) ? ' (truncated)' : '';
  return dissection(`MLDv2 report: ${records.join('; ')}${missing}`, 'MLD', [
    ['type', String(REPORT_V2)],
    ...records.map((record): [string, string] => ['record', record]),
  ]);
}
