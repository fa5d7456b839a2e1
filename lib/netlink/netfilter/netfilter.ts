import { body } from '../codec/body.ts';
import { oneOf } from '../codec/one-of.ts';
import { be16, u8 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import type { Rows, Table } from '../codec/table.ts';

/** The netlink protocol of nftables and of packet logs. */
export const NETLINK_NETFILTER = 12;

/** Its subsystems (linux/netfilter/nfnetlink.h). */
export const NFNL_SUBSYS = { none: 0, ulog: 4, nftables: 10 } as const;

/** nft's words for the protocol families (`NFPROTO_*`, linux/netfilter.h). */
const FAMILIES = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;
export type FilterFamily = keyof typeof FAMILIES;

const nfgenmsg = struct('nfgenmsg', { family: oneOf(u8, '', FAMILIES, 'other'), version: u8, resource: be16 });

/** What a message of netfilter's is made of: the same struct in each, and attributes behind it. */
export function netfilterBody<F extends Rows>(attributes: Table<F>) {
  return body(nfgenmsg, attributes);
}

/** The number of a message: of a subsystem, and which of it. */
export function netfilterType(subsystem: keyof typeof NFNL_SUBSYS, message: number): number {
  return (NFNL_SUBSYS[subsystem] << 8) | message;
}
