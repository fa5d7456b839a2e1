import type { VlanIds } from '../../netlink/bridge/vlan-rows.ts';
import type { Interface } from '../interface.ts';

/** A new label of IPv6 addresses, in the words of `ip addrlabel`. */
export interface AddrlabelOptions {
  /** The addresses that have it: `fd01::/64`, or `::/0`. Of several prefixes the longest that fits counts. */
  prefix: string;
  /** From 0 to 4294967294. */
  label: number;
  /** It counts for packets that leave by this interface alone. @default by any */
  dev?: Interface | string;
}

/** A new port of FOU or GUE, in the words of `ip fou` (camel-cased). */
export interface FouOptions {
  /** The UDP port, from 1 to 65535. */
  port: number;
  /** FOU: the protocol of the packets in it, `ipip`, `ipv6` (of a `sit`), `gre` or a number from 0 to 255. */
  ipproto?: string | number;
  /** GUE: each packet says its protocol itself. */
  gue?: boolean;
  /** The version of IP that the datagrams come by, without `local` and `peer`. @default 4 */
  family?: 4 | 6;
  /** The address that they must be for. @default any */
  local?: string;
  /** The only sender, and its port. @default any */
  peer?: string;
  peerPort?: number;
  /** The interface that they must come in by. @default any */
  dev?: Interface | string;
}

/** Network identifiers that a vxlan takes, in the words of `bridge vni`. The vxlan has `external` and `vnifilter`. */
export interface VniOptions {
  /** The vxlan. */
  dev: Interface | string;
  /** One from 1 to 16777215, or several in a row: `'10-19'`. */
  vni: VlanIds;
  /** The other end of these. @default an entry of the vxlan's `fdb`, or the route, says it */
  remote?: string;
  /** In place of `remote`, the multicast group that all ends join. It needs a vxlan with `dev`. */
  group?: string;
}
