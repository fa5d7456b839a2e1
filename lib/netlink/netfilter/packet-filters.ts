import { unlessCode } from '../../base/has-code.ts';
import type { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { hasEbtablesRules } from '../../kernel/tables/ebtables-legacy.ts';
import { readProcNetIfAny } from '../../kernel/tables/proc-net.ts';
import { NetlinkSocket } from '../socket.ts';
import { type FilterFamily, NETLINK_NETFILTER } from './netfilter.ts';
import { familiesOf, hasChainsAtDevices } from './nf-tables.ts';

/** What the older iptables calls its families. */
const LEGACY = ['ip', 'ip6', 'arp'] as const;
export type LegacyFamily = (typeof LEGACY)[number];

/** The packet filters of a namespace, by their families. */
export interface PacketFilters {
  /** Of nftables, and so of iptables-nft: the family of each table. */
  nftables: readonly FilterFamily[];
  /** Of iptables-legacy, ip6tables-legacy, arptables-legacy; `eb`: ebtables-legacy, whose rules nobody reads. */
  legacy: readonly (LegacyFamily | 'eb')[];
}

/** Which packet filters a namespace has. Costs microseconds where starting `nft` costs milliseconds. */
export function filtersOf(namespace: NetNamespace): PacketFilters {
  const nftables = askNftables(namespace, familiesOf) ?? [];
  const legacy = new Set(legacyTablesOf(namespace).map(({ family }) => family));
  return { nftables, legacy: [...legacy, ...(hasEbtablesRules(namespace) ? ['eb' as const] : [])] };
}

/** A table of the older iptables. */
export interface LegacyTable {
  family: LegacyFamily;
  table: string;
}

/** The tables of the older iptables that a namespace has. */
export function legacyTablesOf(namespace: NetNamespace): LegacyTable[] {
  // A kernel without the older iptables has no such file.
  return LEGACY.flatMap((family) => {
    const names = readProcNetIfAny(namespace, `${family}_tables_names`).split('\n').filter(Boolean);
    return names.map((table) => ({ family, table }));
  });
}

/** Whether a namespace has tables of nftables. */
export function hasNftables(namespace: NetNamespace): boolean {
  return (askNftables(namespace, familiesOf) ?? []).length > 0;
}

/** Whether a namespace has chains at single devices (`hook ingress device eth0`, `hook egress …`). */
export function hasFiltersAtDevices(namespace: NetNamespace): boolean {
  return askNftables(namespace, hasChainsAtDevices) ?? false;
}

/**
 * Asks about the nftables of a namespace. Undefined for a kernel without nftables: no netfilter socket (`EPROTONOSUPPORT`, `__netlink_create`), or nobody behind it
 * (`EINVAL`, `nfnetlink_rcv_msg`; `EOPNOTSUPP` for a message that is newer than the kernel).
 */
export function askNftables<T>(namespace: NetNamespace, question: (socket: NetlinkSocket) => T): T | undefined {
  const ask = () => {
    using socket = namespace.run(() => new NetlinkSocket({ protocol: NETLINK_NETFILTER }));
    return question(socket);
  };
  return unlessCode(['EPROTONOSUPPORT', 'EINVAL', 'EOPNOTSUPP'], ask, undefined);
}
