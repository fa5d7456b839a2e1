import { be32, bool, ip4, ip6, range, u8 } from '../netlink/codec/scalars.ts';
import type { RowOptions } from '../netlink/codec/table.ts';
import { type Fixed, fixed, type Type } from '../netlink/codec/type.ts';
import { anyOf, exactly, from, ipThat } from '../netlink/codec/value-rule.ts';
import { familyOf, isMulticastIp } from '../wire/ip-address.ts';
import { liveFrom, type SettingRules, settingInOneOf } from './setting.ts';

// What the outer packets of tunnels have in common, in the types of their settings.

/** A word beside numbers, such as `inherit`. */
type OrInherit = number | 'inherit';

const INHERIT = 1;

/** The rule of such a number, 0 to 255. */
const BYTE_OR_INHERIT = {
  ...anyOf(from(0, 255), exactly('inherit')),
  words: (value: OrInherit) => [String(value)],
};

/** The type of service, or traffic class, of the outer packets: 0 to 255, or `inherit`, which travels as 1. */
export const tos: Fixed<OrInherit> = fixed<OrInherit>(
  1,
  (bytes, at) => (u8.readAt(bytes, at) === INHERIT ? 'inherit' : u8.readAt(bytes, at)),
  (bytes, at, value) => u8.writeAt(bytes, at, value === 'inherit' ? INHERIT : value),
  BYTE_OR_INHERIT,
);

/**
 * The time to live of the outer packets: a number, 0 to 255, or `inherit`, which has an attribute of its own.
 *
 * @param writeFlag writes that attribute; its presence alone says `inherit` (`IFLA_VXLAN_TTL_INHERIT`)
 */
export function ttlSetting(
  kernel: string,
  [number, flagNumber]: readonly [number: number, flagNumber: number],
  writeFlag: Type<OrInherit>['write'] = () => {},
) {
  const ttl: Type<OrInherit> = {
    ...u8,
    write: (to, value) => u8.write(to, Number(value)),
    takes: (value) => value !== 'inherit',
  };
  const inherit: Type<OrInherit> = {
    write: writeFlag,
    read: (bytes) => (bytes.length === 0 || bytes[0] !== 0 ? 'inherit' : 0),
    words: () => ['inherit'],
    takes: (value) => value === 'inherit',
  };
  const attributes = [[kernel, number, ttl] as const, [`${kernel}_INHERIT`, flagNumber, inherit] as const];
  return settingInOneOf(attributes, BYTE_OR_INHERIT, liveFrom(0));
}

/** IPv6's flow label, 20 bits (RFC 8200 section 3). */
export const flowlabel = range(be32, 0, 2 ** 20 - 1);

/** A switch that travels as a number, and that iproute2 says by a word of its own: `proxy`, `noproxy`. */
export function onOff(word: string): Fixed<boolean> {
  return bool(u8, [`no${word}`, word]);
}

type AddressRules = SettingRules & RowOptions<string>;
/** The numbers of the attribute of IPv4, and of the one of IPv6, whose name ends in 6. */
type Numbers = readonly [four: number, six: number];

/** A setting that is a host's address. */
export function unicastSetting<const O extends AddressRules>(kernel: string, numbers: Numbers, options: O) {
  return addressSetting(kernel, numbers, 'a unicast IP address such as 10.0.0.1 or fd00::1', false, options);
}

/** A setting that is a group's address. */
export function groupSetting<const O extends AddressRules>(kernel: string, numbers: Numbers, options: O) {
  return addressSetting(kernel, numbers, 'a multicast group such as 239.1.1.1 or ff05::1', true, options);
}

function addressSetting<const O extends AddressRules>(
  kernel: string,
  [four, six]: Numbers,
  rule: string,
  isGroup: boolean,
  options: O,
) {
  const isKind = (address: string) => isMulticastIp(address) === isGroup;
  const taking = (type: Type<string>, version: 4 | 6): Type<string> => ({
    ...type,
    takes: (value) => familyOf(value) === version && isKind(value),
  });
  const attributes = [[kernel, four, taking(ip4, 4)] as const, [`${kernel}6`, six, taking(ip6, 6)] as const];
  return settingInOneOf(attributes, ipThat(rule, isKind), options);
}
