import { list } from '../codec/list.ts';
import { be32, bool, bytes, digits, u8, u32, u64 } from '../codec/scalars.ts';
import { attribute, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import type { Request } from '../request.ts';
import { genericRequest } from './generic.ts';

/** `MACSEC_CMD_*` */
export const MACSEC_COMMANDS = {
  show: 0,
  channel: { add: 1, delete: 2, change: 3 },
  sending: { add: 4, delete: 5, change: 6 },
  receiving: { add: 7, delete: 8, change: 9 },
} as const;

/** Of 32 bits, or of 64 with an XPN cipher: then a bigint is sent. */
const packetNumber: Type<bigint, number | bigint> = {
  write: (to, value) => (typeof value === 'bigint' ? u64.write(to, value) : u32.write(to, value)),
  read: (value) => (value.length === 8 ? value.readBigUInt64LE() : BigInt(value.readUInt32LE())),
  words: (value) => [String(value)],
};

const association = table({
  number: attribute('MACSEC_SA_ATTR_AN', 1, u8, { ifAbsent: 0 }),
  active: attribute('MACSEC_SA_ATTR_ACTIVE', 2, bool(u8), { ifAbsent: false }),
  /** The next packet number. */
  next: attribute('MACSEC_SA_ATTR_PN', 3, packetNumber, { ifAbsent: 0n }),
  /** It is sent, and never told. */
  key: attribute('MACSEC_SA_ATTR_KEY', 4, bytes),
  keyId: attribute('MACSEC_SA_ATTR_KEYID', 5, bytes),
  ssci: attribute('MACSEC_SA_ATTR_SSCI', 8, be32),
  salt: attribute('MACSEC_SA_ATTR_SALT', 9, bytes),
});

const channel = table({
  sci: attribute('MACSEC_RXSC_ATTR_SCI', 1, digits('0200000000650001'), { ifAbsent: '' }),
  active: attribute('MACSEC_RXSC_ATTR_ACTIVE', 2, bool(u8), { ifAbsent: false }),
  associations: attribute('MACSEC_RXSC_ATTR_SA_LIST', 3, list(1, association), { ifAbsent: [] }),
  stats: attribute(
    'MACSEC_RXSC_ATTR_STATS',
    4,
    table({ notValid: attribute('MACSEC_RXSC_STATS_ATTR_IN_PKTS_NOT_VALID', 8, u64, { ifAbsent: 0n }) }),
  ),
});

/** A MACsec device with its secure channels and associations, as `ip macsec show` has it. Nobody is told the keys. */
export const macsecDevice = table({
  index: attribute('MACSEC_ATTR_IFINDEX', 1, u32),
  /** The receive channel that a change is about. */
  channel: attribute('MACSEC_ATTR_RXSC_CONFIG', 2, channel),
  /** The association that a change is about. */
  association: attribute('MACSEC_ATTR_SA_CONFIG', 3, association),
  sending: attribute('MACSEC_ATTR_TXSA_LIST', 5, list(1, association), { ifAbsent: [] }),
  channels: attribute('MACSEC_ATTR_RXSC_LIST', 6, list(1, channel), { ifAbsent: [] }),
});

/** Asks for all MACsec devices of a namespace. @param id of the family `macsec` */
export function allMacsecs(id: number): Request<ReturnType<typeof macsecDevice.read>> {
  return genericRequest(id, macsecDevice, { command: MACSEC_COMMANDS.show, words: 'ip macsec show' });
}
