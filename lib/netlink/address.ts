import type { Prefix } from '../wire/ip-address.ts';
import { bit, bits } from './bits.ts';
import { body } from './body.ts';
import { Family } from './family.ts';
import { device, ip, ipFamily, pad, u8, u32 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, table } from './table.ts';
import { flat } from './type.ts';

/** An address of an interface, as the kernel has it. */
export interface AddressState extends Prefix {
  /** ifindex of the interface that has it. */
  index: number;
  /** 0 global, 200 site, 253 link, 254 host (`RT_SCOPE_*`). */
  scope: number;
  /** IPv6: duplicate address detection is not done yet, so it cannot be sent from. */
  tentative: boolean;
  /** It is valid for ever, and not only for some time (`valid_lft forever`). */
  permanent: boolean;
  /** IPv6: another node has it. */
  dadFailed: boolean;
  /** The far end of a point-to-point address (`ip address add … peer …`), which {@link Prefix.length} is of then. */
  peer: string | undefined;
  /** It has brought no route of its subnet along (`noprefixroute`). */
  noPrefixRoute: boolean;
  /** Of the route of its subnet; undefined: the kernel's own choice. */
  metric: number | undefined;
}

/** `RT_SCOPE_LINK`: of addresses that serve on their link alone. */
const SCOPE_LINK = 253;

/** Whether an address serves beyond its link: a global one, or a site-local one (fec0::/10, which RFC 3879 gave up). */
export function isRoutable({ scope }: AddressState): boolean {
  return scope < SCOPE_LINK;
}

// The flags of the header have 8 bits, IFA_FLAGS has 32.
const header = struct('ifaddrmsg', { family: ipFamily, length: u8, flags: pad(1), scope: u8, index: device });

const attributes = table({
  peer: attribute('IFA_ADDRESS', 1, ip, { word: false }),
  address: attribute('IFA_LOCAL', 2, ip, { word: false }),
  flags: attribute(
    'IFA_FLAGS',
    8,
    flat(
      bits(u32, {
        nodad: bit('IFA_F_NODAD', 0x02, 'nodad'),
        dadFailed: bit('IFA_F_DADFAILED', 0x08),
        tentative: bit('IFA_F_TENTATIVE', 0x40),
        permanent: bit('IFA_F_PERMANENT', 0x80),
        noPrefixRoute: bit('IFA_F_NOPREFIXROUTE', 0x200, 'noprefixroute'),
      }),
    ),
  ),
  metric: attribute('IFA_RT_PRIORITY', 9, u32),
});

export const ipAddress = new Family({
  command: ['ip', 'address'],
  messages: ['ADDR', 20],
  body: body(header, attributes),
  // Without IFA_ADDRESS an address of any length would be deleted (inet_rtm_deladdr).
  complete: ({ peer, ...object }) => ({ ...object, peer: peer ?? object.address }),
  state: ({ nodad: _, peer: far = '', address = far, metric, ...read }): AddressState => ({
    ...read,
    address,
    // IFA_ADDRESS is the far end of a point-to-point link, or the address itself.
    peer: far === address ? undefined : far,
    metric: metric || undefined,
  }),
  words: ({ address, length, peer, index = 0 }, names, rest, verb) =>
    verb === 'list'
      ? []
      : [
          ...(peer ? [address, 'peer', `${peer}/${length}`] : [`${address}/${length}`]),
          'dev',
          names.device(index),
          ...rest,
        ],
});
