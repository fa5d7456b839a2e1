import { oneOf } from './codec/one-of.ts';
import { ip6, string, u8 } from './codec/scalars.ts';
import { attribute, attributes, table } from './codec/table.ts';
import { flat } from './codec/type.ts';

// What a device has besides its hardware and its kind: other names, and IPv6's settings of it.

const MODES = { eui64: 0, none: 1, stable_secret: 2, random: 3 } as const;

/**
 * How IPv6 makes the lower half of an address: from the MAC address (`none` too, but no link-local address), from a secret (RFC 7217), or
 * from a random secret.
 */
export type AddrGenMode = keyof typeof MODES;
export const ADDR_GEN_MODES = Object.keys(MODES) as AddrGenMode[];

/** `IFLA_PROP_LIST`. */
export const altnames = attribute(
  'IFLA_PROP_LIST',
  52,
  flat(table({ altnames: attributes('IFLA_ALT_IFNAME', 53, string, { word: 'altname' }) })),
  { word: '' },
);

/** What a device says for each protocol family (`IFLA_AF_SPEC`). Only two settings of IPv6 are read: the others are sysctls. */
export const inet6 = attribute(
  'IFLA_AF_SPEC',
  26,
  flat(
    table({
      inet6: attribute(
        'AF_INET6',
        10,
        flat(
          table({
            addrgenmode: attribute('IFLA_INET6_ADDR_GEN_MODE', 8, oneOf(u8, '', MODES)),
            // `ip token` sets it, `ip link` has no word for it.
            token: attribute('IFLA_INET6_TOKEN', 7, ip6, { word: false, ifAbsent: '::' }),
          }),
        ),
      ),
    }),
  ),
);
