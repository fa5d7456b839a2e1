import { kindOf } from './registry.ts';

/** The options of kinds that programs make and hairpin does not describe. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  bond: ['BONDING'],
  gre: ['NET_IPGRE_DEMUX', 'NET_IPGRE'],
  gretap: ['NET_IPGRE_DEMUX', 'NET_IPGRE'],
  ipip: ['NET_IPIP'],
  macsec: ['MACSEC'],
  team: ['NET_TEAM'],
  tun: ['TUN'],
  vrf: ['NET_L3_MASTER_DEV', 'NET_VRF', 'IP_MULTIPLE_TABLES', 'IPV6_MULTIPLE_TABLES'],
  wireguard: ['WIREGUARD'],
};

/** The options of a kernel's `.config` that bring a kind of links, without `CONFIG_`; undefined where nobody knows. */
export function kernelOptionsOf(kind: string): readonly string[] | undefined {
  const description = kindOf({ kind })?.description;
  return description ? [...(description.dependsOn ?? []), description.option] : OTHERS[kind];
}
