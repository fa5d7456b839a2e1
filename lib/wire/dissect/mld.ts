import { MLD } from '../group-message.ts';
import { bytesToIp } from '../ip-address.ts';
import { dissectGroupReport } from './group-records.ts';
import { type Dissection, dissection, unreadable } from './layer.ts';

/** Of version 1's messages (RFC 2710 section 3); a version 2 query is longer (RFC 3810 section 8.1). */
const LENGTH = 24;

/** Undefined for what is no MLD. */
export function dissectMld(message: Buffer): Dissection | undefined {
  const type = message.readUInt8(0);
  if (type === MLD.reportV2) return dissectGroupReport('MLD', 2, message);
  if (type !== MLD.query && type !== MLD.report && type !== MLD.done) return undefined;
  if (message.length < LENGTH) return unreadable('MLD', message, LENGTH);
  const group = bytesToIp(message.subarray(8, 24));
  const name = message.length > LENGTH ? 'MLDv2' : 'MLD';
  const fields: [string, string][] = [
    ['type', String(type)],
    ['group', group],
  ];
  if (type === MLD.query) return dissection(`${name} query${group === '::' ? '' : ` for ${group}`}`, 'MLD', fields);
  return dissection(`MLD ${type === MLD.report ? 'report: in' : 'done: leaves'} ${group}`, 'MLD', fields);
}
