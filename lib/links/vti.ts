import { be32, ip4, ip6, range, u32 } from '../netlink/codec/scalars.ts';
import { absent, type Type } from '../netlink/codec/type.ts';
import { describeLink } from './describe-link.ts';
import { attributesOf, outerEnds, tunnelLabel, tunnelTag } from './ip-tunnel.ts';
import { liveFrom, setting } from './setting.ts';

/** linux/if_tunnel.h, the numbers of both. */
const at = attributesOf('IFLA_VTI', { LINK: 1, IKEY: 2, OKEY: 3, LOCAL: 4, REMOTE: 5, FWMARK: 6 });

const key = absent(0, range(be32, 1, 2 ** 32 - 1));

function settingsOver(address: Type<string | undefined, string>) {
  return {
    ...outerEnds(at, address),
    /** The mark of the states and policies of received packets, 1 to 2³²−1. @default none */
    ikey: setting(...at('IKEY'), key, { live: true }),
    /** The mark of the states and policies of sent packets, 1 to 2³²−1. @default none */
    okey: setting(...at('OKEY'), key, { live: true }),
    /** The firewall mark of the outer packets, for rules. @default 0 */
    fwmark: setting(...at('FWMARK'), u32, liveFrom(0)),
  };
}

/** Point to point, without Ethernet. A change resets what it does not name (`vti_changelink`, `vti6_changelink`). */
const common = {
  changesWhole: true,
  ethernet: false,
  noArp: true,
  withoutMac: () => true,
  tag: tunnelTag,
  label: tunnelLabel,
  causes: {
    add: ({ namespace, name }: { namespace: string; name: string }) => ({
      EEXIST: `${namespace} has such a tunnel between these ends already, or an interface ${name}`,
    }),
    settings: {
      EEXIST: 'there is such a tunnel between these ends already',
      EINVAL: 'remote cannot be added or removed (ip_tunnel_changelink)',
    },
  },
} as const;

/** Packets that IPsec protects over IPv4, by the states and policies of its keys (net/ipv4/ip_vti.c). */
export const vti = describeLink('vti', {
  ...common,
  option: 'NET_IPVTI',
  module: 'ip_vti',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: settingsOver(absent('0.0.0.0', ip4)),
});

/** The same over IPv6 (net/ipv6/ip6_vti.c). */
export const vti6 = describeLink('vti6', {
  ...common,
  option: 'IPV6_VTI',
  module: 'ip6_vti',
  trial: { local: '2001:db8::1', remote: '2001:db8::2' },
  settings: settingsOver(absent('::', ip6)),
});
