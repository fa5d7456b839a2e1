import { bit, bits } from '../netlink/codec/bits.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { u8, u16 } from '../netlink/codec/scalars.ts';
import { flat } from '../netlink/codec/type.ts';
import { describeLink } from './describe-link.ts';
import { attributesOf, encapSettings, outerSettings4, outerSettings6, tunnelLabel, tunnelTag } from './ip-tunnel.ts';
import { networkSetting } from './network-setting.ts';
import { liveFrom, setting } from './setting.ts';

/** linux/if_tunnel.h, the numbers of all tunnels without a header of their own. */
const at = attributesOf('IFLA_IPTUN', {
  ...{ LINK: 1, LOCAL: 2, REMOTE: 3, TTL: 4, TOS: 5, ENCAP_LIMIT: 6, FLOWINFO: 7, FLAGS: 8, PMTUDISC: 10 },
  ...{ '6RD_PREFIX': 11, '6RD_RELAY_PREFIX': 12, '6RD_PREFIXLEN': 13, '6RD_RELAY_PREFIXLEN': 14 },
  ...{ ENCAP_TYPE: 15, ENCAP_FLAGS: 16, ENCAP_SPORT: 17, ENCAP_DPORT: 18, COLLECT_METADATA: 19, FWMARK: 20 },
});

const PROTO = ['IFLA_IPTUN_PROTO', 9] as const;

/** Point to point, without Ethernet. A change resets what it does not name (`ipip_changelink`, `ip6_tnl_changelink`). */
const common = {
  changesWhole: true,
  outerHeader: 'ip',
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

const over4 = { ...outerSettings4(at), ...encapSettings(at) };

/** No sit takes metadata (ipip6_policy). */
const { external: _, ...ofSit } = {
  ...over4,
  /** Of the outer packets, 0 to 255; 0 takes that of the inner packet. @default 64 (`ipip6_netlink_parms`) */
  ttl: setting(...at('TTL'), u8, liveFrom(64)),
};

/** IPv4 in IPv4 (RFC 2003, net/ipv4/ipip.c). */
export const ipip = describeLink('ipip', {
  ...common,
  option: 'NET_IPIP',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: {
    ...over4,
    /** What it carries. @default 'ipip' */
    mode: setting(...PROTO, oneOf(u8, '', { ipip: 4, mplsip: 137, any: 0 }), liveFrom('ipip')),
  },
  carries: () => [4],
  tag: tunnelTag,
  label: (settings) => tunnelLabel(settings, settings.external),
});

/** The prefix of 6to4 (RFC 3056), which a new sit has (`ipip6_tunnel_clone_6rd`). */
const USUAL_6RD = '2002::/16';

const of6rd = { live: true, needs: 'IPV6_SIT_6RD' } as const;

const sharesTooLong =
  'of prefix6rd and of an IPv4 address, less what relayPrefix6rd has of it, there may be no more than 64 bits (ipip6_tunnel_update_6rd)';

/** IPv6 in IPv4 (RFC 4213, net/ipv6/sit.c). */
export const sit = describeLink('sit', {
  ...common,
  causes: {
    add: (refused) => {
      const { EINVAL, ...others } = common.causes.add(refused);
      return {
        ...others,
        EINVAL: refused.settings.prefix6rd === undefined ? EINVAL : `${EINVAL}; or ${sharesTooLong}`,
      };
    },
    settings: { ...common.causes.settings, EINVAL: `${common.causes.settings.EINVAL}; or ${sharesTooLong}` },
  },
  option: 'IPV6_SIT',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: {
    ...ofSit,
    /** What it carries. @default 'ip6ip' */
    mode: setting(...PROTO, oneOf(u8, '', { ip6ip: 41, ipip: 4, mplsip: 137, any: 0 }), liveFrom('ip6ip')),
    /** `isatap`: addresses say where to send (RFC 5214). @default false */
    flags: setting(...at('FLAGS'), flat(bits(u16, { isatap: bit('SIT_ISATAP', 1, 'isatap') })), {
      each: { isatap: {} },
    }),
    /**
     * 6rd (RFC 5969): an IPv6 address of this network says the IPv4 address to send to, in the bits behind the prefix. Only a tunnel
     * without `remote` looks there (`try_6rd`). @default 2002::/16, 6to4
     */
    prefix6rd: networkSetting(6, [at('6RD_PREFIX'), at('6RD_PREFIXLEN')], {
      ...{ ...of6rd, word: '6rd-prefix', kernelDefault: USUAL_6RD },
    }),
    /** 6rd: the IPv4 network that all its sites share. Their IPv6 addresses have only the bits behind it. @default 0.0.0.0/0 */
    relayPrefix6rd: networkSetting(4, [at('6RD_RELAY_PREFIX'), at('6RD_RELAY_PREFIXLEN')], {
      ...{ ...of6rd, word: '6rd-relay_prefix', kernelDefault: '0.0.0.0/0' },
    }),
  },
  // The kernel takes both or neither (ipip6_netlink_6rd_parms), and iproute2 says the second behind the first alone.
  complete: (settings) =>
    settings.relayPrefix6rd === undefined ? settings : { ...settings, prefix6rd: settings.prefix6rd ?? USUAL_6RD },
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
    ...outerSettings6(at),
    ...encapSettings(at),
    /** What it carries. @default 'any' */
    mode: setting(...PROTO, oneOf(u8, '', { ip6ip6: 41, ipip6: 4, any: 0 }), liveFrom('any')),
  },
  carries: ({ mode }) => (mode === 'ip6ip6' ? [6] : mode === 'ipip6' ? [4] : [4, 6]),
  tag: tunnelTag,
  label: (settings) => tunnelLabel(settings, settings.external),
});
