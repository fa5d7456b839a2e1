import { settingsOf } from '../links/registry.ts';
import { vxlan } from '../links/vxlan.ts';
import type { Link } from '../state/network-state.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { familyOf } from '../wire/ip-address.ts';
import type { OuterPacket } from '../wire/tunnel-header.ts';
import type { CauseOf } from './cause.ts';

/** Identifiers in a row, of the list of a vxlan with `vnifilter`. */
export interface VniRange {
  first: number;
  last: number;
}

/** A setting that keeps a tunnel from taking an outer packet. */
interface Misfit {
  option: string;
  /** Undefined where the setting is not set. */
  has: string | number | undefined;
  /** What the packet has in its place. */
  needs: string | number | undefined;
}

/** How the kernel finds the tunnel that an outer packet is for. */
interface TunnelLookup {
  /** The kernel's function. */
  name: string;
  /** The kinds of links that it may find. */
  kinds: readonly string[];
  /** Why it does not find a link of these kinds; empty: it does, if the link is up. */
  misfits(link: Link, outer: OuterPacket, vnis: readonly VniRange[]): Misfit[];
  /** The kernel's function that gives the packet to the link, and may refuse it by the header of GRE. */
  receiver?: string;
}

/** A setting by which a tunnel refuses an outer packet that was found to be for it. */
type Refusal = Omit<CauseOf<'tunnel.refused'>['facts'], 'device' | 'by'>;

/** Why a tunnel refuses a packet that is for it, by the header of GRE, or of UDP and VXLAN. */
export function refusalOf(link: Link, outer: OuterPacket): Refusal | undefined {
  if (outer.header === 'vxlan') return refusalOfVxlan(link, outer);
  const receiver = lookupOf(outer).receiver;
  return receiver === undefined ? undefined : refusalOfGre(link, outer, receiver);
}

/**
 * A checksum must be there where the tunnel expects one, and only there; a sequence number where it expects one (`ip_tunnel_rcv`,
 * `__ip6_tnl_rcv`).
 */
function refusalOfGre(
  link: Link,
  { hasChecksum = false, hasSequence = false }: OuterPacket,
  receiver: string,
): Refusal | undefined {
  const { icsum = false, iseq = false } = said(link);
  if (icsum !== hasChecksum) return { option: 'icsum', has: icsum, function: receiver };
  return iseq && !hasSequence ? { option: 'iseq', has: iseq, function: receiver } : undefined;
}

/** The bits of a VXLAN header that a setting must be on for (include/net/vxlan.h). */
const BITS = { gbp: 1n << 63n, gpe: 1n << 58n, remcsumrx: 1n << 53n } as const;

/**
 * Over IPv6 a packet without a UDP checksum is dropped before a vxlan gets it (`__udp6_lib_rcv`). A vxlan then drops what has bits in its
 * header that none of its settings uses (`vxlan_rcv`), and one with `gpe` what does not say which protocol is inside.
 */
function refusalOfVxlan(link: Link, { family, headerBits = 0n, hasUdpChecksum }: OuterPacket): Refusal | undefined {
  const { udp6zerocsumrx = false, reservedBits, ...own } = vxlan.of(link);
  if (family === 6 && hasUdpChecksum === false && !udp6zerocsumrx)
    return { option: 'udp6zerocsumrx', has: false, function: '__udp6_lib_rcv' };
  const has = (option: keyof typeof BITS) => (headerBits & BITS[option]) !== 0n;
  // Since Linux 6.14 the bits themselves may be set.
  const reserved = reservedBits === undefined ? undefined : BigInt(`0x${reservedBits}`);
  const isRefused = (option: keyof typeof BITS) =>
    has(option) && !own[option] && (reserved === undefined || (reserved & BITS[option]) !== 0n);
  const option = (['gbp', 'gpe', 'remcsumrx'] as const).find(isRefused);
  if (option) return { option, has: false, function: 'vxlan_rcv' };
  return own.gpe && !has('gpe') ? { option: 'gpe', has: true, function: 'vxlan_rcv' } : undefined;
}

/** The look-up that an outer packet comes to in the host that it is for. */
export function lookupOf({ header, family, etherType }: OuterPacket): TunnelLookup {
  if (header === 'vxlan') return { name: 'vxlan_vs_find_vni', kinds: ['vxlan'], misfits: misfitsOfVxlan };
  if (header === 'geneve')
    return { name: family === 4 ? 'geneve_lookup' : 'geneve6_lookup', kinds: ['geneve'], misfits: misfitsOfGeneve };
  const isFrame = etherType === undefined;
  if (family === 6)
    return header === 'gre'
      ? {
          name: 'ip6gre_tunnel_lookup',
          kinds: isFrame ? ['ip6gretap', 'ip6gre'] : ['ip6gre'],
          misfits: misfitsOfIp6gre,
          receiver: '__ip6_tnl_rcv',
        }
      : { name: 'ip6_tnl_lookup', kinds: ['ip6tnl'], misfits: misfitsOfEnds };
  // ipgre_rcv: a frame that no gretap takes may be for a gre.
  if (header === 'gre')
    return {
      ...{ name: 'ip_tunnel_lookup', kinds: isFrame ? ['gretap', 'gre'] : ['gre'] },
      ...{ misfits: misfitsOfGre, receiver: 'ip_tunnel_rcv' },
    };
  // tunnel4_rcv has handlers of both kinds, tunnel64_rcv only that of sit.
  return etherType === ETHERTYPE.ipv4
    ? { name: 'ip_tunnel_lookup', kinds: ['ipip', 'sit'], misfits: misfitsOfEnds }
    : { name: 'ipip6_tunnel_lookup', kinds: ['sit'], misfits: misfitsOfEnds };
}

/**
 * The socket of the port is found first, and it is asked for the VNI (`vxlan_rcv`). No address counts. An `external` one takes every VNI,
 * or those of its list (`vxlan_vnifilter_lookup`).
 */
function misfitsOfVxlan(link: Link, { family, port, id = 0 }: OuterPacket, vnis: readonly VniRange[]): Misfit[] {
  const { local, remote, group, id: own, dstport, external, vnifilter } = vxlan.of(link);
  if (external) {
    const isListed = !vnifilter || vnis.some(({ first, last }) => first <= id && id <= last);
    const list = vnis.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
    return [
      ...(isListed ? [] : [{ option: 'vni', has: list === '' ? undefined : list, needs: id }]),
      ...compare('dstport', dstport, port),
    ];
  }
  // Its socket is one of IPv6 if one of its addresses is (VXLAN_F_IPV6), and no setting alone makes it another.
  const isIpv6 = [local, remote, group].some((address) => address !== undefined && familyOf(address) === 6);
  const version = isIpv6 === (family === 6) ? [] : [{ option: 'local', has: local, needs: undefined }];
  return [...version, ...version, ...compare('id', own, id), ...compare('dstport', dstport, port)];
}

/** As a vxlan, and the packet must come from the other end (`geneve_lookup`, `geneve6_lookup`). */
function misfitsOfGeneve(link: Link, { source, port, id }: OuterPacket): Misfit[] {
  const own = said(link);
  return [
    ...compare('id', own.id, id),
    ...compare('dstport', own.dstport, port),
    ...compare('remote', own.remote, source),
  ];
}

/**
 * The ends, where a tunnel has them: `ip_tunnel_lookup`, `ipip6_tunnel_lookup`, `ip6_tnl_lookup`. The device that the packet came by
 * chooses between tunnels; only a sit must have that as its `dev`.
 */
function misfitsOfEnds(link: Link, { source, destination }: OuterPacket): Misfit[] {
  const { remote, local } = said(link);
  return [
    ...(remote === undefined ? [] : compare('remote', remote, source)),
    ...(local === undefined ? [] : compare('local', local, destination)),
  ];
}

/** `ip_tunnel_key_match`; of a tunnel without ends the key alone counts, 0 where there is none (`ip_tunnel_lookup`). */
function misfitsOfGre(link: Link, outer: OuterPacket): Misfit[] {
  const { remote, local, ikey, hasIkey } = said(link);
  const own = hasIkey ? (ikey ?? 0) : ikey;
  const isOpen = remote === undefined && local === undefined;
  const fits = isOpen ? (own ?? 0) === (outer.key ?? 0) : own === outer.key;
  return [...misfitsOfEnds(link, outer), ...(fits ? [] : [{ option: 'ikey', has: own, needs: outer.key }])];
}

/** A packet without a key has the key 0, and so has a tunnel (`ip6gre_tunnel_lookup`). */
function misfitsOfIp6gre(link: Link, outer: OuterPacket): Misfit[] {
  const { ikey } = said(link);
  const fits = (ikey ?? 0) === (outer.key ?? 0);
  return [...misfitsOfEnds(link, outer), ...(fits ? [] : [{ option: 'ikey', has: ikey, needs: outer.key }])];
}

function compare(option: string, has: string | number | undefined, needs: string | number | undefined): Misfit[] {
  return has === needs ? [] : [{ option, has, needs }];
}

/** The settings that look-ups compare, as far as a kind has them. */
function said(link: Link) {
  return (settingsOf(link) ?? {}) as {
    id?: number;
    dstport?: number;
    remote?: string;
    local?: string;
    ikey?: number;
    hasIkey?: boolean;
    icsum?: boolean;
    iseq?: boolean;
  };
}
