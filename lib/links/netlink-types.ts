import { bit, bits } from '../netlink/codec/bits.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import {
  be16,
  be32,
  bool,
  flag,
  ip,
  ip4,
  ip6,
  mac,
  range,
  s32,
  string,
  u8,
  u16,
  u32,
} from '../netlink/codec/scalars.ts';
import { flat } from '../netlink/codec/type.ts';

/**
 * How the values of attributes travel; for {@link defineLink}. `be16` and `be32` are in network byte order. `flag` is there
 * or not, without a payload, and `bool(u8)` is 0 or 1.
 *
 * @example netlink.oneOf(netlink.u32, 'NETKIT_', { l2: 0, l3: 1 })
 */
export const netlink = {
  u8,
  u16,
  u32,
  s32,
  be16,
  be32,
  bool,
  flag,
  string,
  mac,
  ip,
  ip4,
  ip6,
  range,
  oneOf,
  bits,
  bit,
  flat,
};
