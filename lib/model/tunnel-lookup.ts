import { settingsOf } from '../links/registry.ts';
import { vxlan } from '../links/vxlan.ts';
import type { Link } from '../state/network-state.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { familyOf } from '../wire/ip-address.ts';
import type { OuterPacket } from '../wire/tunnel-header.ts';

/** A setting that keeps a tunnel from taking an outer packet. */
export interface Misfit {
  option: string;
  /** Undefined where the setting is not set. */
  has: string | number | undefined;
  /** What the packet has in its place. */
  needs: string | number | undefined;
  /** The kernel's function, if it is not that of the look-up. */
  by?: string;
}

/** How the kernel finds the tunnel that an outer packet is for. */
export interface TunnelLookup {
  /** The kernel's function. */
  name: string;
  /** The kinds of links that it may find. */
  kinds: readonly string[];
  /** Why it does not find a link of these kinds; empty: it does, if the link is up. */
  misfits(link: Link, outer: OuterPacket): Misfit[];
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
        }
      : { name: 'ip6_tnl_lookup', kinds: ['ip6tnl'], misfits: misfitsOfEnds };
  // ipgre_rcv: a frame that no gretap takes may be for a gre.
  if (header === 'gre')
    return { name: 'ip_tunnel_lookup', kinds: isFrame ? ['gretap', 'gre'] : ['gre'], misfits: misfitsOfGre };
  // tunnel4_rcv has handlers of both kinds, tunnel64_rcv only that of sit.
  return etherType === ETHERTYPE.ipv4
    ? { name: 'ip_tunnel_lookup', kinds: ['ipip', 'sit'], misfits: misfitsOfEnds }
    : { name: 'ipip6_tunnel_lookup', kinds: ['sit'], misfits: misfitsOfEnds };
}

/** The socket of the port is found first, and it is asked for the VNI (`vxlan_rcv`). No address counts. */
function misfitsOfVxlan(link: Link, { family, port, id }: OuterPacket): Misfit[] {
  const { local, remote, group, id: own, dstport } = vxlan.of(link);
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
  const key = fits ? [] : [{ option: 'ikey', has: own, needs: outer.key }];
  return [...misfitsOfEnds(link, outer), ...key, ...unchecked(link, outer, 'ip_tunnel_rcv')];
}

/** A packet without a key has the key 0, and so has a tunnel (`ip6gre_tunnel_lookup`). */
function misfitsOfIp6gre(link: Link, outer: OuterPacket): Misfit[] {
  const { ikey } = said(link);
  const fits = (ikey ?? 0) === (outer.key ?? 0);
  const key = fits ? [] : [{ option: 'ikey', has: ikey, needs: outer.key }];
  return [...misfitsOfEnds(link, outer), ...key, ...unchecked(link, outer, '__ip6_tnl_rcv')];
}

/** A tunnel that wants a checksum, or a sequence number, drops what comes without. */
function unchecked(link: Link, { checksum, sequence }: OuterPacket, by: string): Misfit[] {
  const { icsum, iseq } = said(link);
  const misfit = (option: string) => ({ option, has: 'on', needs: undefined, by });
  return [...(icsum && !checksum ? [misfit('icsum')] : []), ...(iseq && !sequence ? [misfit('iseq')] : [])];
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
