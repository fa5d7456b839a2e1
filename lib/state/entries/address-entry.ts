import { type AddressState, ipAddress, SCOPES } from '../../netlink/address.ts';
import { flag, ip } from '../../netlink/codec/scalars.ts';
import { among, from, text, whole, word } from '../../netlink/codec/value-rule.ts';
import type { Family } from '../../wire/ip-address.ts';
import { describeEntry, nameIn } from './entry-kind.ts';
import { deviceName, inner } from './fields.ts';

/** An address of a namespace, as `ip address` has it. */
export interface AddressEntry
  extends Omit<AddressState, 'index' | 'scope' | 'unknown' | 'stablePrivacy' | 'family' | 'address' | 'length'> {
  address: string;
  /** The length of its subnet's prefix. */
  length: number;
  /** The interface that has it. */
  dev: string;
  family: Family;
  scope: 'global' | 'site' | 'link' | 'host' | `${number}`;
}

export const addressEntry = describeEntry<AddressState, AddressEntry>({
  noun: 'address',
  monitored: ['address', 'link'],
  family: ipAddress,
  fields: {
    ...{
      address: ip,
      length: from(0, 128),
      dev: deviceName,
      family: among(4, 6),
      scope: word(...Object.values(SCOPES)),
    },
    ...{ peer: ip, broadcast: ip, label: text, metric: whole, tentative: flag, dadFailed: flag, permanent: flag },
    ...{ deprecated: flag, noPrefixRoute: flag, home: flag, managesTemporary: flag, autojoin: flag },
    lifetime: inner({ preferred: whole, valid: whole }),
  },
  entries: ({ index, scope, unknown: _, stablePrivacy: __, address, length, family, ...rest }, names) => [
    { address, length, dev: nameIn(names, index), family, scope: SCOPES[scope] ?? `${scope}`, ...rest },
  ],
  isOf: ({ dev }, device) => dev === device,
});
