import { bit, bits } from '../netlink/codec/bits.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import {
  be16,
  be32,
  bool,
  flag,
  hexadecimal,
  ip4,
  ip6,
  linkedDevice,
  range,
  u8,
  u16,
  u32,
} from '../netlink/codec/scalars.ts';
import { absent, type Fixed, flat, type Type } from '../netlink/codec/type.ts';
import { liveFrom, setting } from './setting.ts';
import { tos } from './tunnel-types.ts';

// The settings that the kinds of IP tunnels have in common. Each family has numbers of its own for them (linux/if_tunnel.h).

/** The name and the number of the attribute of a setting. */
type AttributeOf = (setting: string) => [kernel: string, number: number];

/** The attributes of a family, such as `IFLA_GRE_TTL`. */
export function attributesOf(prefix: string, numbers: Readonly<Record<string, number>>): AttributeOf {
  return (setting) => [`${prefix}_${setting}`, numbers[setting] as number];
}

/** What carries the outer packets: IP itself, or UDP (`CONFIG_NET_FOU_IP_TUNNELS`). */
const ENCAPS = { none: 0, fou: 1, gue: 2 } as const;

const own = { word: '', live: true } as const;
const off = { live: true } as const;

const encapFlags = flat(
  bits(u16, {
    encapCsum: bit('TUNNEL_ENCAP_FLAG_CSUM', 1, 'encap-csum', 'noencap-csum'),
    encapCsum6: bit('TUNNEL_ENCAP_FLAG_CSUM6', 2, 'encap-udp6-csum', 'noencap-udp6-csum'),
    encapRemcsum: bit('TUNNEL_ENCAP_FLAG_REMCSUM', 4, 'encap-remcsum', 'noencap-remcsum'),
  }),
);

/** The settings of `encap`, behind those of each kind. */
export function encapSettings(at: AttributeOf) {
  return {
    /** What carries the outer packets: IP itself, or UDP (`CONFIG_NET_FOU_IP_TUNNELS`). @default 'none' */
    encap: setting(...at('ENCAP_TYPE'), oneOf(u16, 'TUNNEL_ENCAP_', ENCAPS), {
      ...{ needs: 'NET_FOU_IP_TUNNELS', refusedBy: 'EINVAL' },
      ...liveFrom('none'),
    }),
    /** The UDP port to send from; 0 takes one by the flow. @default 0 */
    encapSport: setting(...at('ENCAP_SPORT'), be16, { word: 'encap-sport', ...liveFrom(0) }),
    /** The UDP port at the other end. @default 0 */
    encapDport: setting(...at('ENCAP_DPORT'), be16, { word: 'encap-dport', ...liveFrom(0) }),
    /** `encapCsum`, `encapCsum6`: UDP checksums over IPv4, over IPv6; `encapRemcsum`: remote checksum offload. */
    encapFlags: setting(...at('ENCAP_FLAGS'), encapFlags, {
      each: { encapCsum: off, encapCsum6: off, encapRemcsum: off },
    }),
    /** Routes (`encap ip`), `tc` or BPF say where each packet goes. @default false */
    external: setting(...at('COLLECT_METADATA'), flag, { ifAbsent: false }),
    /** The firewall mark of the outer packets, for rules. @default 0 */
    fwmark: setting(...at('FWMARK'), u32, liveFrom(0)),
  };
}

/** Where the outer packets of a tunnel come from and go to. */
export function outerEnds(at: AttributeOf, address: Type<string | undefined, string>) {
  return {
    /** The address of the other end. @default any */
    remote: setting(...at('REMOTE'), address, { live: true }),
    /** The source address of the outer packets. @default the route's */
    local: setting(...at('LOCAL'), address, { live: true }),
    /** The device that the outer packets leave by. @default the route's */
    dev: setting(...at('LINK'), absent(0 as never, linkedDevice), { live: true }),
  };
}

/** Where a tunnel over IPv4 begins and ends, and what its outer packets are like. */
export function outerSettings4(at: AttributeOf) {
  return {
    ...outerEnds(at, absent('0.0.0.0', ip4)),
    /** Of the outer packets, 0 to 255; 0 takes that of the inner packet. @default 0 */
    ttl: setting(...at('TTL'), u8, liveFrom(0)),
    /** The type of service of the outer packets, 0 to 255; `inherit`: that of the inner packet. @default 0 */
    tos: setting(...at('TOS'), tos, liveFrom(0)),
    /** Discover the path's MTU: outer packets may not be fragmented. @default true */
    pmtudisc: setting(...at('PMTUDISC'), bool(u8, ['nopmtudisc', 'pmtudisc']), { ...own, kernelDefault: true }),
  };
}

/** As {@link outerSettings4}, over IPv6. */
export function outerSettings6(at: AttributeOf) {
  return {
    ...outerEnds(at, absent('::', ip6)),
    /** Of the outer packets, 0 to 255; 0 takes that of the inner packet. @default 64, as iproute2 has it */
    hoplimit: setting(...at('TTL'), u8, { default: 64, live: true }),
    /** How many further tunnels a packet may enter, 0 to 255 (RFC 2473 section 4.1.1). @default 4, as iproute2 has it */
    encaplimit: setting(...at('ENCAP_LIMIT'), u8, { default: 4, live: true }),
    /** The traffic class and the flow label of the outer packets: `class << 20 | label`. @default 0 */
    flowinfo: setting(...at('FLOWINFO'), flowinfo, { word: '', ...liveFrom(0) }),
    /**
     * What is not sent, or taken from the inner packet or to it: `noEncaplimit`, `inheritTclass`, `inheritFlowlabel`,
     * `inheritDscp`, `inheritFwmark`; and whether the remote address may be this host's (`allowLocalremote`).
     */
    flags: setting(...at('FLAGS'), flags6, {
      each: {
        ...{ noEncaplimit: off, inheritTclass: off, inheritFlowlabel: off },
        ...{ inheritDscp: off, inheritFwmark: off, allowLocalremote: off },
      },
    }),
  };
}

// linux/ip6_tunnel.h
const flags6 = flat(
  bits(u32, {
    noEncaplimit: bit('IP6_TNL_F_IGN_ENCAP_LIMIT', 0x01, 'encaplimit none'),
    inheritTclass: bit('IP6_TNL_F_USE_ORIG_TCLASS', 0x02, 'tclass inherit'),
    inheritFlowlabel: bit('IP6_TNL_F_USE_ORIG_FLOWLABEL', 0x04, 'flowlabel inherit'),
    inheritDscp: bit('IP6_TNL_F_RCV_DSCP_COPY', 0x10, 'dscp inherit'),
    inheritFwmark: bit('IP6_TNL_F_USE_ORIG_FWMARK', 0x20, 'fwmark inherit'),
    allowLocalremote: bit('IP6_TNL_F_ALLOW_LOCAL_REMOTE', 0x40, 'allow-localremote', 'noallow-localremote'),
  }),
);

const LABEL_BITS = 20;

const flowinfo: Fixed<number> = {
  ...range(be32, 0, 2 ** 28 - 1),
  words: (value) => [
    ...['tclass', hexadecimal(value >> LABEL_BITS)],
    ...['flowlabel', hexadecimal(value % 2 ** LABEL_BITS)],
  ],
};

export interface Ends {
  local?: string | undefined;
  remote?: string | undefined;
  ikey?: number | undefined;
  okey?: number | undefined;
}

/**
 * The tag of a point-to-point tunnel: the same at both ends, which know each other's address, and whose keys match. One end of an
 * open tunnel has none.
 */
export function tunnelTag({ local, remote, ikey, okey }: Ends): { tag: string; suffix: string } | undefined {
  if (local === undefined || remote === undefined) return undefined;
  const ends = [
    `${local}${ikey === undefined ? '' : ` key ${ikey}`}`,
    `${remote}${okey === undefined ? '' : ` key ${okey}`}`,
  ];
  return { tag: ends.toSorted().join(' '), suffix: ends.toSorted().join('–') };
}

/** Both ends in a few words. */
export function tunnelLabel({ local = 'any', remote = 'any' }: Ends, external = false): readonly string[] {
  return external ? ['external'] : [`${local} → ${remote}`];
}
