import { genericRequest } from './generic.ts';
import { list } from './list.ts';
import type { Request } from './request.ts';
import { bool, digits, u8, u32, u64 } from './scalars.ts';
import { attribute, table } from './table.ts';
import type { Type } from './type.ts';

const MACSEC_CMD_GET_TXSC = 0;

/** Of 32 bits, or of 64 with an XPN cipher. */
const packetNumber: Type<bigint> = {
  write: () => {},
  read: (value) => (value.length === 8 ? value.readBigUInt64LE() : BigInt(value.readUInt32LE())),
  words: () => [],
};

const association = table({
  number: attribute('MACSEC_SA_ATTR_AN', 1, u8, { ifAbsent: 0 }),
  active: attribute('MACSEC_SA_ATTR_ACTIVE', 2, bool(u8), { ifAbsent: false }),
  /** The next packet number. */
  next: attribute('MACSEC_SA_ATTR_PN', 3, packetNumber, { ifAbsent: 0n }),
});

const channel = table({
  sci: attribute('MACSEC_RXSC_ATTR_SCI', 1, digits('0200000000650001'), { ifAbsent: '' }),
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
  sending: attribute('MACSEC_ATTR_TXSA_LIST', 5, list(1, association), { ifAbsent: [] }),
  channels: attribute('MACSEC_ATTR_RXSC_LIST', 6, list(1, channel), { ifAbsent: [] }),
});

/** Asks for all MACsec devices of a namespace. @param id of the family `macsec` */
export function allMacsecs(id: number): Request<ReturnType<typeof macsecDevice.read>> {
  return genericRequest(id, macsecDevice, { command: MACSEC_CMD_GET_TXSC, words: 'ip macsec show' });
}
