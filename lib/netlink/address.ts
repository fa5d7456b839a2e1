import type { Prefix } from '../wire/ip-address.ts';
import { bit, bits } from './codec/bits.ts';
import { body } from './codec/body.ts';
import { device, ip, ipFamily, pad, string, u8, u32 } from './codec/scalars.ts';
import { struct } from './codec/struct.ts';
import { attribute, others, table } from './codec/table.ts';
import { flat } from './codec/type.ts';
import { Family } from './family.ts';

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
  /** IPv4: where broadcasts of its subnet go (`broadcast`). */
  broadcast: string | undefined;
  /** IPv4: another name of its device, for older programs (`label eth0:1`); the device's own name where nobody set one. */
  label: string | undefined;
  /** Another address is preferred as a source (`preferred_lft 0`). */
  deprecated: boolean;
  /** It is preferred as a source for that many seconds, and valid for that many; undefined: for ever. */
  lifetime: { preferred: number; valid: number } | undefined;
  /** Mobile IPv6: the home address (`home`). */
  home: boolean;
  /** IPv6: the kernel makes temporary addresses of it (`mngtmpaddr`). */
  managesTemporary: boolean;
  /** It is a group that the kernel joins at its device (`autojoin`). */
  autojoin: boolean;
  /** IPv6: the kernel has made it of a secret (RFC 7217). */
  stablePrivacy: boolean;
  /** The numbers of the attributes that hairpin does not know (`IFA_*`). */
  unknown: number[];
}

/** `RT_SCOPE_LINK`: of addresses that serve on their link alone. */
export const SCOPE_LINK = 253;
/** `RT_SCOPE_HOST`: of addresses that serve within their host alone, as 127.0.0.1 does. */
export const SCOPE_HOST = 254;

/** Whether an address serves beyond its link: a global one, or a site-local one (fec0::/10, which RFC 3879 gave up). */
export function isRoutable({ scope }: AddressState): boolean {
  return scope < SCOPE_LINK;
}

// The flags of the header have 8 bits, IFA_FLAGS has 32.
const header = struct('ifaddrmsg', { family: ipFamily, length: u8, flags: pad(1), scope: u8, index: device });

const FOREVER = 0xffff_ffff;

const cacheInfo = struct('ifa_cacheinfo', { preferred: u32, valid: u32, created: pad(4), updated: pad(4) });

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
        home: bit('IFA_F_HOMEADDRESS', 0x10, 'home'),
        managesTemporary: bit('IFA_F_MANAGETEMPADDR', 0x100, 'mngtmpaddr'),
        autojoin: bit('IFA_F_MCAUTOJOIN', 0x400, 'autojoin'),
        deprecated: bit('IFA_F_DEPRECATED', 0x20),
        stablePrivacy: bit('IFA_F_STABLE_PRIVACY', 0x800),
      }),
    ),
  ),
  metric: attribute('IFA_RT_PRIORITY', 9, u32),
  broadcast: attribute('IFA_BROADCAST', 4, ip),
  label: attribute('IFA_LABEL', 3, string),
  lifetime: attribute(
    'IFA_CACHEINFO',
    6,
    {
      ...cacheInfo,
      words: ({ valid = FOREVER, preferred = valid }) => [
        'valid_lft',
        seconds(valid),
        'preferred_lft',
        seconds(preferred),
      ],
    },
    { word: '' },
  ),
  // Who made it, as the kernel's own addresses say.
  protocol: attribute('IFA_PROTO', 11, u8, { word: false }),
  unknown: others(),
});

/** If an address is valid for ever, the kernel reports both times as for ever, whatever was set (`inet_fill_ifaddr`). */
function lifetimeOf(deprecated: boolean, lifetime: AddressState['lifetime']): AddressState['lifetime'] {
  if (deprecated) return { valid: lifetime?.valid ?? FOREVER, preferred: 0 };
  return lifetime?.valid === FOREVER && lifetime.preferred === FOREVER ? undefined : lifetime;
}

function seconds(lifetime: number): string {
  return lifetime === FOREVER ? 'forever' : String(lifetime);
}

/** `RT_SCOPE_*`, in iproute2's words. */
export const SCOPES: Readonly<Record<number, 'global' | 'site' | 'link' | 'host'>> = {
  0: 'global',
  200: 'site',
  [SCOPE_LINK]: 'link',
  [SCOPE_HOST]: 'host',
};

export const ipAddress = new Family({
  command: ['ip', 'address'],
  messages: ['ADDR', 20],
  body: body(header, attributes),
  // Without IFA_ADDRESS an address of any length would be deleted (inet_rtm_deladdr).
  complete: ({ peer, ...object }) => ({ ...object, peer: peer ?? object.address }),
  state: ({ nodad: _, protocol: __, peer: far = '', address = far, metric, lifetime, ...read }): AddressState => ({
    ...read,
    address,
    // IFA_ADDRESS is the far end of a point-to-point link, or the address itself.
    peer: far === address ? undefined : far,
    metric: metric || undefined,
    lifetime: lifetimeOf(read.deprecated, lifetime),
  }),
  words: ({ address, length, peer, index = 0, scope = 0 }, names, rest) => [
    ...(peer ? [address, 'peer', `${peer}/${length}`] : [`${address}/${length}`]),
    ...['dev', names.device(index)],
    ...(scope === 0 ? [] : ['scope', SCOPES[scope] ?? String(scope)]),
    ...rest,
  ],
});
