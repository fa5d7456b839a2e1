// linux/rtnetlink.h: what a message on a route is made of.
export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;
/** Of `struct rtmsg`, behind which the attributes stand. */
export const RTMSG_LENGTH = 12;
export const RTA_DST = 1;
export const RTA_SRC = 2;
export const RTA_OIF = 4;
export const RTA_GATEWAY = 5;
export const RTA_PRIORITY = 6;
export const RTA_PREFSRC = 7;
export const RTA_METRICS = 8;
export const RTA_MULTIPATH = 9;
export const RTA_TABLE = 15;
/** Of `RTA_METRICS`. */
export const RTAX_MTU = 2;
/** Made by the kernel itself, of an address or its subnet. */
export const RTPROT_KERNEL = 2;
