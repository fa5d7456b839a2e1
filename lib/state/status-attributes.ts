/**
 * What every device says of its state, or of what follows from its settings: it is no setting itself, and differs from device to
 * device. All else is a setting (linux/if_link.h). What a kind adds is its `status`, in lib/links.
 */
export const LINK_STATUS: Readonly<Record<string, number>> = {
  ...{ IFLA_ADDRESS: 1, IFLA_BROADCAST: 2, IFLA_IFNAME: 3, IFLA_MTU: 4, IFLA_LINK: 5, IFLA_QDISC: 6, IFLA_STATS: 7 },
  ...{ IFLA_MASTER: 10, IFLA_MAP: 14, IFLA_OPERSTATE: 16, IFLA_LINKINFO: 18, IFLA_STATS64: 23, IFLA_AF_SPEC: 26 },
  ...{ IFLA_EXT_MASK: 29, IFLA_PROMISCUITY: 30, IFLA_CARRIER: 33, IFLA_PHYS_PORT_ID: 34, IFLA_CARRIER_CHANGES: 35 },
  ...{ IFLA_PHYS_SWITCH_ID: 36, IFLA_LINK_NETNSID: 37, IFLA_PHYS_PORT_NAME: 38, IFLA_XDP: 43, IFLA_EVENT: 44 },
  ...{ IFLA_NEW_NETNSID: 45, IFLA_CARRIER_UP_COUNT: 47, IFLA_CARRIER_DOWN_COUNT: 48, IFLA_NEW_IFINDEX: 49 },
  ...{ IFLA_MIN_MTU: 50, IFLA_MAX_MTU: 51, IFLA_PERM_ADDRESS: 54, IFLA_PARENT_DEV_NAME: 56 },
  ...{ IFLA_PARENT_DEV_BUS_NAME: 57, IFLA_TSO_MAX_SIZE: 59, IFLA_TSO_MAX_SEGS: 60, IFLA_ALLMULTI: 61 },
  ...{ IFLA_DEVLINK_PORT: 62, IFLA_DPLL_PIN: 65, IFLA_HEADROOM: 68, IFLA_TAILROOM: 69 },
};
