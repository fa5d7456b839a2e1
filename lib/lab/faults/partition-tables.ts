import type { FilterFamily } from '../../netlink/netfilter/netfilter.ts';
import { compare, loadHeader, loadMeta, type NftExpression, verdict } from '../../netlink/netfilter/nf-expression.ts';
import { type HookName, newBaseChain, newOwnedTable, newRule } from '../../netlink/netfilter/nf-tables.ts';
import type { Request } from '../../netlink/request.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';
import { familyOf, ipToBytes } from '../../wire/ip-address.ts';
import { macToBytes } from '../../wire/mac-address.ts';

/** Before connection tracking, and before the usual filters (`NF_IP_PRI_RAW` is -300). */
const PRIORITY = -500;

/** Whom a host hears, and whom not. */
export interface Sides {
  /** MAC addresses of its own group. */
  own: readonly string[];
  /** MAC and IP addresses of the other groups. */
  otherMacs: readonly string[];
  otherIps: readonly string[];
}

/** Where a host drops what comes in: what its stack takes in of IP and ARP, and everything at a device with nothing on top. */
const HOOKS = { inet: 'prerouting', arp: 'input', netdev: 'ingress' } as const satisfies Partial<
  Record<FilterFamily, HookName>
>;

export const PARTITION_FAMILIES = Object.keys(HOOKS) as (keyof typeof HOOKS)[];

/**
 * What has one host drop the frames of the other groups. Behind a router they have its MAC address, so the packets' own
 * sender counts, but only then: an address may have moved to a host of the own group since.
 *
 * @param devices those whose frames are for this host alone: the frames for a macvlan come in by its parent first
 */
export function partitionTable(
  family: keyof typeof HOOKS,
  name: string,
  { own, otherMacs, otherIps }: Sides,
  devices: readonly string[],
): Request[] {
  if (family === 'netdev' && devices.length === 0) return [];
  const table = { family, table: name };
  const chain = { ...table, chain: HOOKS[family] };
  const rule = (match: NftExpression[], what: 'drop' | 'accept') => newRule(chain, [...match, verdict(what)]);
  return [
    newOwnedTable(table),
    newBaseChain({ ...chain, hook: HOOKS[family], priority: PRIORITY, ...(family === 'netdev' ? { devices } : {}) }),
    ...own.map((mac) => rule(isFromMac(family, mac), 'accept')),
    ...otherMacs.map((mac) => rule(isFromMac(family, mac), 'drop')),
    ...otherIps.flatMap((ip) => isFromIp(family, ip).map((match) => rule(match, 'drop'))),
  ];
}

/** `ether saddr`; in ARP `arp saddr ether`, since its hook has no Ethernet header to look at (`nft_do_chain_arp`). */
function isFromMac(family: keyof typeof HOOKS, mac: string): NftExpression[] {
  const load = family === 'arp' ? loadHeader('network', 8, 6) : loadHeader('link', 6, 6);
  return [load, compare('==', macToBytes(mac))];
}

/** `ip saddr`, `ip6 saddr`, `arp saddr ip`: one match for each kind of packet that this hook sees. */
function isFromIp(family: keyof typeof HOOKS, ip: string): NftExpression[][] {
  const wanted = compare('==', ipToBytes(ip));
  const of = (type: number, offset: number) => [
    ...(family === 'arp' ? [] : [loadMeta('protocol'), compare('==', Buffer.of(type >> 8, type & 0xff))]),
    loadHeader('network', offset, familyOf(ip) === 4 ? 4 : 16),
    wanted,
  ];
  if (familyOf(ip) === 6) return family === 'arp' ? [] : [of(ETHERTYPE.ipv6, 8)];
  const [packet, question] = [of(ETHERTYPE.ipv4, 12), of(ETHERTYPE.arp, 14)];
  return { inet: [packet], arp: [question], netdev: [packet, question] }[family];
}
