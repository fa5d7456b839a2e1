import { bit, bits } from '../netlink/bits.ts';
import { oneOf } from '../netlink/one-of.ts';
import { u8, u16 } from '../netlink/scalars.ts';
import { flat } from '../netlink/type.ts';
import { describeLink } from './describe-link.ts';
import { encapSettings, outerSettings4, outerSettings6, tunnelLabel, tunnelTag } from './ip-tunnel.ts';
import { setting } from './setting.ts';

/** linux/if_tunnel.h, the numbers of all tunnels without a header of their own. */
const NUMBERS = {
  ...{ LINK: 1, LOCAL: 2, REMOTE: 3, TTL: 4, TOS: 5, ENCAP_LIMIT: 6, FLOWINFO: 7, FLAGS: 8, PMTUDISC: 10 },
  ...{ ENCAP_TYPE: 15, ENCAP_FLAGS: 16, ENCAP_SPORT: 17, ENCAP_DPORT: 18, COLLECT_METADATA: 19, FWMARK: 20 },
} as const;

const PROTO = ['IFLA_IPTUN_PROTO', 9] as const;

/** Point to point, without Ethernet. A change resets what it does not name (`ipip_changelink`, `ip6_tnl_changelink`). */
const common = {
  changesWhole: true,
  ethernet: false,
  noArp: true,
  withoutMac: () => true,
  causes: {
    add: ({ namespace, name }: { namespace: string; name: string }) => ({
      EEXIST: `${namespace} has such a tunnel between these ends already, or an interface ${name}`,
      EINVAL: 'this kind may not have the mode (ipip_tunnel_validate)',
    }),
    settings: {
      EEXIST: 'there is such a tunnel between these ends already',
      EINVAL: 'remote cannot be added or removed, and an external tunnel has no ends (ipip_changelink)',
    },
  },
} as const;

const over4 = { ...outerSettings4('IFLA_IPTUN', NUMBERS), ...encapSettings('IFLA_IPTUN', NUMBERS) };

/** No sit takes metadata (ipip6_policy). */
const { external: _, ...ofSit } = over4;

/** IPv4 in IPv4 (RFC 2003, net/ipv4/ipip.c). */
export const ipip = describeLink('ipip', {
  ...common,
  option: 'NET_IPIP',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: {
    ...over4,
    /** What it carries. @default 'ipip' */
    mode: setting(...PROTO, oneOf(u8, '', { ipip: 4, mplsip: 137, any: 0 }), { kernelDefault: 'ipip', live: true }),
  },
  carries: () => [4],
  tag: tunnelTag,
  label: (settings) => tunnelLabel(settings, settings.external),
});

/** IPv6 in IPv4 (RFC 4213, net/ipv6/sit.c). */
export const sit = describeLink('sit', {
  ...common,
  option: 'IPV6_SIT',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: {
    ...ofSit,
    /** What it carries. @default 'ip6ip' */
    mode: setting(...PROTO, oneOf(u8, '', { ip6ip: 41, ipip: 4, mplsip: 137, any: 0 }), {
      kernelDefault: 'ip6ip',
      live: true,
    }),
    /** `isatap`: addresses say where to send (RFC 5214). @default false */
    flags: setting('IFLA_IPTUN_FLAGS', NUMBERS.FLAGS, flat(bits(u16, { isatap: bit('SIT_ISATAP', 1, 'isatap') })), {
      each: { isatap: {} },
    }),
  },
  carries: ({ mode }) => (mode === 'ipip' ? [4] : mode === 'any' ? [4, 6] : [6]),
  tag: tunnelTag,
  label: (settings) => tunnelLabel(settings),
});

/** IPv6 and IPv4 in IPv6 (RFC 2473, net/ipv6/ip6_tunnel.c). */
export const ip6tnl = describeLink('ip6tnl', {
  ...common,
  option: 'IPV6_TUNNEL',
  module: 'ip6_tunnel',
  trial: { local: '2001:db8::1', remote: '2001:db8::2' },
  settings: {
    ...outerSettings6('IFLA_IPTUN', NUMBERS),
    ...encapSettings('IFLA_IPTUN', NUMBERS),
    /** What it carries. @default 'any' */
    mode: setting(...PROTO, oneOf(u8, '', { ip6ip6: 41, ipip6: 4, any: 0 }), { kernelDefault: 'any', live: true }),
  },
  carries: ({ mode }) => (mode === 'ip6ip6' ? [6] : mode === 'ipip6' ? [4] : [4, 6]),
  tag: tunnelTag,
  label: (settings) => tunnelLabel(settings, settings.external),
});
