// Numbers from the kernel's uapi headers that Node does not know. The same on x64 and arm64.

// linux/sched.h
export const CLONE_NEWNET = 0x4000_0000;

// linux/mount.h, linux/fcntl.h
export const MS_BIND = 0x1000;
export const MS_REC = 0x4000;
export const MS_PRIVATE = 0x4_0000;
export const MOUNT_ATTR_RDONLY = 1;
export const AT_FDCWD = -100;

// asm-generic/fcntl.h
export const O_WRONLY = 1;
export const O_CLOEXEC = 0o2_000_000;
export const LOCK_EX = 2;
export const LOCK_NB = 4;

// linux/if.h: the longest name of an interface with the NUL behind it, and struct ifreq, which begins with the name
export const IFNAMSIZ = 16;
export const IFREQ_LENGTH = 40;

// net/flow.h
export const LOOPBACK_IFINDEX = 1;

// bits/socket.h, linux/net.h
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_BRIDGE = 7;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2_000_000;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;

// asm-generic/socket.h
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_INCOMING_CPU = 49;
export const SO_RCVBUF = 8;
export const SO_ATTACH_FILTER = 26;
export const SO_RCVBUFFORCE = 33;
export const SO_TIMESTAMPNS = 35;
export const SO_BINDTOIFINDEX = 62;
export const SO_NETNS_COOKIE = 71;

// linux/in.h, linux/in6.h
export const IPPROTO_ICMP = 1;
export const IPPROTO_IP = 0;
export const IPPROTO_RAW = 255;
export const IPPROTO_IGMP = 2;
export const IPPROTO_TCP = 6;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_ICMPV6 = 58;
export const IP_MTU_DISCOVER = 10;
export const IP_PMTUDISC_DO = 2;
export const IP_ADD_MEMBERSHIP = 35;
export const IPV6_ADD_MEMBERSHIP = 20;
export const IPV6_MTU_DISCOVER = 23;
export const IPV6_V6ONLY = 26;
export const IPV6_FREEBIND = 78;

// linux/tcp.h
export const TCP_INFO = 11;

// linux/icmp.h, linux/icmpv6.h
export const SOL_RAW = 255;
export const ICMP_FILTER = 1;
export const ICMPV6_FILTER = 1;
export const IPV6_MULTICAST_IF = 17;
export const IPV6_MULTICAST_HOPS = 18;
// asm-generic/poll.h
export const POLLIN = 1;

// linux/if_packet.h
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_OTHERHOST = 3;

export const PACKET_OUTGOING = 4;
export const SOL_PACKET = 263;
export const PACKET_STATISTICS = 6;
export const PACKET_AUXDATA = 8;

// linux/netlink.h
export const NETLINK_GENERIC = 16;
export const NETLINK_ROUTE = 0;
export const NETLINK_XFRM = 6;
export const SOL_NETLINK = 270;
export const NETLINK_ADD_MEMBERSHIP = 1;
export const NETLINK_EXT_ACK = 11;
export const NETLINK_CAP_ACK = 10;
export const NETLINK_GET_STRICT_CHK = 12;
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;
export const NLM_F_ACK_TLVS = 0x200;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_OVERRUN = 4;
export const NLA_F_NESTED = 0x8000;
export const NLA_TYPE_MASK = 0x3fff;
