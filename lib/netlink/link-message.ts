import { s32, u16, u32 } from '../kernel/bytes.ts';

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;

// enum IFLA_*, linux/if_link.h
export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_LINK = 5;
export const IFLA_MASTER = 10;
export const IFLA_PROTINFO = 12;
export const IFLA_OPERSTATE = 16;
export const IFLA_LINKINFO = 18;
export const IFLA_NET_NS_FD = 28;
export const IFLA_PROMISCUITY = 30;
export const IFLA_CARRIER = 33;
export const IFLA_LINK_NETNSID = 37;
export const IFLA_XDP = 43;
export const IFLA_NEW_IFINDEX = 49;
export const IFLA_INFO_KIND = 1;
export const IFLA_INFO_DATA = 2;
export const IFLA_INFO_SLAVE_DATA = 5;
export const IFLA_XDP_ATTACHED = 2;

/** `struct ifinfomsg`: family, type, index, flags and the mask of flags to change. */
export function interfaceHeader(index: number, { flags, mask } = { flags: 0, mask: 0 }, family = 0): Buffer {
  return Buffer.concat([Buffer.of(family, 0), u16(0), s32(index), u32(flags), u32(mask)]);
}
