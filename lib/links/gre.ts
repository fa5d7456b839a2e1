import { bit, bits } from '../netlink/codec/bits.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { be32, bool, range, u8, u16, u32 } from '../netlink/codec/scalars.ts';
import { absent, flat } from '../netlink/codec/type.ts';
import { describeLink } from './describe-link.ts';
import {
  attributesOf,
  type Ends,
  encapSettings,
  outerSettings4,
  outerSettings6,
  tunnelLabel,
  tunnelTag,
} from './ip-tunnel.ts';
import { liveFrom, setting } from './setting.ts';

/** linux/if_tunnel.h, the numbers of all kinds of GRE. */
const at = attributesOf('IFLA_GRE', {
  ...{ LINK: 1, LOCAL: 6, REMOTE: 7, TTL: 8, TOS: 9, PMTUDISC: 10, ENCAP_LIMIT: 11, FLOWINFO: 12, FLAGS: 13 },
  ...{ ENCAP_TYPE: 14, ENCAP_FLAGS: 15, ENCAP_SPORT: 16, ENCAP_DPORT: 17, COLLECT_METADATA: 18, FWMARK: 20 },
});

const off = { live: true } as const;
const key = absent(0, range(be32, 1, 2 ** 32 - 1));

// RFC 2890 section 2. They travel in network byte order, and their numbers are those of a little-endian machine.
const iflags = flat(
  bits(u16, {
    icsum: bit('GRE_CSUM', 0x0080, 'icsum', 'noicsum'),
    hasIkey: bit('GRE_KEY', 0x0020),
    iseq: bit('GRE_SEQ', 0x0010, 'iseq', 'noiseq'),
  }),
);
const oflags = flat(
  bits(u16, {
    ocsum: bit('GRE_CSUM', 0x0080, 'ocsum', 'noocsum'),
    hasOkey: bit('GRE_KEY', 0x0020),
    oseq: bit('GRE_SEQ', 0x0010, 'oseq', 'nooseq'),
  }),
);

/** What GRE's own header has. */
const header = {
  /** The key that packets must have, 1 to 2³²−1 (RFC 2890). @default none */
  ikey: setting('IFLA_GRE_IKEY', 4, key, { live: true }),
  /** The key that packets are sent with, 1 to 2³²−1. @default none */
  okey: setting('IFLA_GRE_OKEY', 5, key, { live: true }),
  /** `icsum`: packets must have a checksum; `iseq`: they must come in order, by a sequence number. */
  iflags: setting('IFLA_GRE_IFLAGS', 2, iflags, { each: { icsum: off, iseq: off } }),
  /** `ocsum`, `oseq`: packets are sent with a checksum, with a sequence number. */
  oflags: setting('IFLA_GRE_OFLAGS', 3, oflags, { each: { ocsum: off, oseq: off } }),
};

/** A key counts only where its flag is set. */
function withKeyFlags<T extends { ikey?: number | undefined; okey?: number | undefined }>(settings: T): T {
  const { ikey, okey } = settings;
  return {
    ...settings,
    ...(ikey === undefined ? {} : { hasIkey: true }),
    ...(okey === undefined ? {} : { hasOkey: true }),
  };
}

const encap = encapSettings(at);
const over4 = {
  ...outerSettings4(at),
  /** Fragment outer packets in spite of DF. It needs `pmtudisc: false`. @default false */
  ignoreDf: setting('IFLA_GRE_IGNORE_DF', 19, bool(u8, ['noignore-df', 'ignore-df']), { word: '', live: true }),
  ...header,
  ...encap,
};
const over6 = { ...outerSettings6(at), ...header, ...encap };

/** A mirror's copies, with what they were copied from (draft-foschiano-erspan). */
const erspanHeader = {
  /** 0 to 2: type I, II or III. @default 1 */
  erspanVer: setting('IFLA_GRE_ERSPAN_VER', 22, range(u8, 0, 2), { word: 'erspan_ver', default: 1, live: true }),
  /** Of version 1: the session's index, 1 to 2²⁰−1. @default none */
  erspan: setting('IFLA_GRE_ERSPAN_INDEX', 21, absent(0, range(u32, 1, 2 ** 20 - 1)), { live: true }),
  /** Of version 2: which direction was copied. @default 'ingress' */
  erspanDir: setting('IFLA_GRE_ERSPAN_DIR', 23, oneOf(u8, '', { ingress: 0, egress: 1 }), {
    word: 'erspan_dir',
    ...liveFrom('ingress'),
  }),
  /** Of version 2: the number of the hardware, 0 to 63. @default 0 */
  erspanHwid: setting('IFLA_GRE_ERSPAN_HWID', 24, range(u16, 0, 63), { word: 'erspan_hwid', ...liveFrom(0) }),
};

/** `ip_tunnel_newlink` and `ip6gre_newlink` refuse two tunnels that would take the same packets. */
const causes = {
  add: ({ namespace, name }: { namespace: string; name: string }) => ({
    EEXIST: `${namespace} has such a tunnel between these ends, with these keys, already, or an interface ${name}`,
    EINVAL:
      'a group as remote needs local, ignoreDf needs pmtudisc: false, iseq and oseq need gre or gretap, and ' +
      'encap needs CONFIG_NET_FOU_IP_TUNNELS (modprobe fou)',
  }),
  settings: { EEXIST: 'there is such a tunnel between these ends, with these keys, already' },
} as const;

/** What all kinds of GRE have. A change resets what it does not name (`ipgre_changelink`). */
const common = {
  dependsOn: ['NET_IPGRE_DEMUX'],
  changesWhole: true,
  complete: withKeyFlags,
  tag: tunnelTag,
  label: (ends: Ends & { external?: boolean | undefined }) => tunnelLabel(ends, ends.external),
  causes,
} as const;

const ofIpv4 = {
  ...common,
  option: 'NET_IPGRE',
  module: 'ip_gre',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: over4,
} as const;
const ofIpv6 = {
  ...common,
  option: 'IPV6_GRE',
  module: 'ip6_gre',
  trial: { local: '2001:db8::1', remote: '2001:db8::2' },
  settings: over6,
} as const;

/** Point to point, without Ethernet: its address is `local`. */
const layer3 = { ethernet: false, noArp: true, withoutMac: () => true } as const;

/** IP packets in GRE over IPv4 (RFC 2784, net/ipv4/ip_gre.c). */
export const gre = describeLink('gre', { ...ofIpv4, ...layer3, outerHeader: 'gre' });

/** Ethernet frames in GRE over IPv4. */
export const gretap = describeLink('gretap', { ...ofIpv4, outerHeader: 'gre' });

/** Copies of frames in GRE over IPv4, for an analyser at the other end. */
export const erspan = describeLink('erspan', {
  ...ofIpv4,
  trial: { ...ofIpv4.trial, ikey: 1, okey: 1 },
  settings: { ...over4, ...erspanHeader },
  complete: withErspan,
});

/** IP packets in GRE over IPv6 (net/ipv6/ip6_gre.c). */
export const ip6gre = describeLink('ip6gre', { ...ofIpv6, ...layer3, outerHeader: 'gre' });

/** Ethernet frames in GRE over IPv6. */
export const ip6gretap = describeLink('ip6gretap', { ...ofIpv6, outerHeader: 'gre' });

/**
 * Each version has its own settings. Versions 1 and 2 have a key and a sequence number in any case (`erspan_validate`): the key is
 * the session's number.
 */
function withErspan<T extends { erspanVer?: number; ikey?: number | undefined; okey?: number | undefined }>(
  settings: T,
): object {
  const { erspan: index, erspanDir, erspanHwid, ...others } = withKeyFlags(settings) as T & Record<string, unknown>;
  const { erspanVer = 1 } = settings;
  const numbered = { iseq: true, oseq: true, hasIkey: true, hasOkey: true };
  return {
    ...others,
    ...(erspanVer === 0 ? {} : numbered),
    ...(erspanVer === 1 ? { erspan: index } : {}),
    ...(erspanVer === 2 ? { erspanDir, erspanHwid } : {}),
  };
}
