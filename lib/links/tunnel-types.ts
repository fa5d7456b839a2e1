import { checkInteger, wrongOption } from '../kernel/validate.ts';
import { be32, bool, ip4, ip6, range, u8 } from '../netlink/scalars.ts';
import { type Fixed, fixed, type Type } from '../netlink/type.ts';
import { familyOf, isMulticastIp } from '../wire/ip-address.ts';

// What the outer packets of tunnels have in common, in the types of their settings.

/** A word beside numbers, such as `inherit`. */
type OrInherit = number | 'inherit';

const INHERIT = 1;

const RULE = 'a whole number from 0 to 255, or inherit';

/** The rule of such a number, 0 to 255. */
export const BYTE_OR_INHERIT: Required<Pick<Type<OrInherit>, 'rule' | 'schema' | 'check' | 'words'>> = {
  rule: RULE,
  schema: { anyOf: [{ type: 'integer', minimum: 0, maximum: 255 }, { const: 'inherit' }] },
  check: (call, option, value) => {
    if (value === undefined || value === 'inherit') return;
    if (typeof value === 'number') return checkInteger(call, option, value, 0, 255);
    throw wrongOption(call, option, RULE, value);
  },
  words: (value) => [String(value)],
};

/** The type of service, or traffic class, of the outer packets: 0 to 255, or `inherit`, which travels as 1. */
export const tos: Fixed<OrInherit> = fixed<OrInherit>(
  1,
  (bytes, at) => (u8.readAt(bytes, at) === INHERIT ? 'inherit' : u8.readAt(bytes, at)),
  (bytes, at, value) => u8.writeAt(bytes, at, value === 'inherit' ? INHERIT : value),
  BYTE_OR_INHERIT,
);

/** The time to live of the outer packets as a number, in an attribute that has another beside it for `inherit`. */
export const ttl: Type<OrInherit> = {
  ...u8,
  write: (to, value) => u8.write(to, Number(value)),
  takes: (value) => value !== 'inherit',
};

/** The other attribute: a flag that is read as a number (`IFLA_VXLAN_TTL_INHERIT`). */
export const ttlInherit: Type<OrInherit> = {
  write: () => {},
  read: (bytes) => (bytes.length === 0 || bytes[0] !== 0 ? 'inherit' : 0),
  words: () => ['inherit'],
  takes: (value) => value === 'inherit',
};

/** IPv6's flow label, 20 bits (RFC 8200 section 3). */
export const flowlabel = range(be32, 0, 2 ** 20 - 1);

/** A switch that travels as a number, and that iproute2 says by a word of its own: `proxy`, `noproxy`. */
export function onOff(word: string): Fixed<boolean> {
  return bool(u8, [`no${word}`, word]);
}

/** Addresses for one of two attributes, by their version. */
export const unicast4 = taking(ip4, 4, false);
export const unicast6 = taking(ip6, 6, false);
export const group4 = taking(ip4, 4, true);
export const group6 = taking(ip6, 6, true);

/** The rule of both versions. */
export const UNICAST = ofBothVersions('a unicast IP address such as 10.0.0.1 or fd00::1', false);
export const GROUP = ofBothVersions('a multicast group such as 239.1.1.1 or ff05::1', true);

function taking(type: Type<string>, version: 4 | 6, isGroup: boolean): Type<string> {
  return { ...type, takes: (value) => familyOf(value) === version && isMulticastIp(value) === isGroup };
}

function ofBothVersions(rule: string, isGroup: boolean): Pick<Type<string>, 'rule' | 'check'> {
  return {
    rule,
    check: (call, option, value) => {
      if (value === undefined) return;
      const isValid = typeof value === 'string' && familyOf(value) !== undefined && isMulticastIp(value) === isGroup;
      if (!isValid) throw wrongOption(call, option, rule, value);
    },
  };
}
