import { bytesToMac } from '../mac-address.ts';
import { type Dissection, dissection, hexadecimal, unreadable } from './layer.ts';

const HEADER = 4;
const CONFIGURATION = 35;
/** BPDU types, IEEE 802.1D-2004 clause 9.3. */
const TOPOLOGY_CHANGE = 0x80;
const RAPID = 0x02;
/** From bit 0; bits 2 and 3 are a role (clause 9.3.3). */
const FLAGS = ['topology change', 'proposal', '', '', 'learning', 'forwarding', 'agreement', 'acknowledged'];
const ROLES = ['unknown', 'alternate or backup', 'root', 'designated'];

/** A bridge's BPDU: STP and RSTP. */
export function dissectStp(bytes: Buffer): Dissection {
  if (bytes.length < HEADER) return unreadable('STP', bytes, HEADER);
  const type = bytes.readUInt8(3);
  if (type === TOPOLOGY_CHANGE) return dissection('STP topology change', 'STP', [['type', hexadecimal(type, 2)]]);
  const name = type === RAPID ? 'RSTP' : 'STP';
  if (bytes.length < CONFIGURATION) return unreadable(name, bytes, CONFIGURATION);
  const flags = bytes.readUInt8(4);
  const root = bridgeId(bytes.subarray(5, 13));
  const bridge = bridgeId(bytes.subarray(17, 25));
  const cost = bytes.readUInt32BE(13);
  const port = hexadecimal(bytes.readUInt16BE(25), 4).slice(2);
  const set = FLAGS.filter((flag, bit) => flag !== '' && (flags >> bit) & 1);
  return dissection(`${name} root ${root}, bridge ${bridge}, port ${port}, cost ${cost}`, name, [
    ['type', hexadecimal(type, 2)],
    ['flags', set.join(', ') || 'none'],
    ...(type === RAPID ? [['role', ROLES[(flags >> 2) & 3]] as [string, string]] : []),
    ['root', root],
    ['root path cost', String(cost)],
    ['bridge', bridge],
    ['port', port],
    ['message age', seconds(bytes, 27)],
    ['maximum age', seconds(bytes, 29)],
    ['hello time', seconds(bytes, 31)],
    ['forward delay', seconds(bytes, 33)],
  ]);
}

/** `8000.02:00:00:00:00:01`: the priority and the bridge's address, as `bridge` and tcpdump write it. */
function bridgeId(bytes: Buffer): string {
  return `${bytes.toString('hex', 0, 2)}.${bytesToMac(bytes.subarray(2, 8))}`;
}

/** Counted in 256ths. */
function seconds(bytes: Buffer, at: number): string {
  return `${bytes.readUInt16BE(at) / 256} s`;
}
